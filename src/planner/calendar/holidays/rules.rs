//! What is a holiday where: a rule a row.

use jiff::civil::Weekday;

use super::Falls::{
    self, DayAfterThanksgiving, Easter, Equinox, Fixed, Listed, MondayBefore, Nth, SaintBrigid,
};
use super::Moved::{Nearest, Next, No, SundayNext};
use super::{Rule, moon, rule, since};

const GOOD_FRIDAY: Falls = Easter(-2);
const EASTER_MONDAY: Falls = Easter(1);
const ASCENSION: Falls = Easter(39);
const WHIT_MONDAY: Falls = Easter(50);

/// The federal holidays, and the day after Thanksgiving, which offices take as well.
pub(super) const US: &[Rule] = &[
    rule(Fixed(1, 1), Nearest),
    rule(Nth(1, 3, Weekday::Monday), No),
    rule(Nth(2, 3, Weekday::Monday), No),
    rule(Nth(5, -1, Weekday::Monday), No),
    since(2021, Fixed(6, 19), Nearest),
    rule(Fixed(7, 4), Nearest),
    rule(Nth(9, 1, Weekday::Monday), No),
    rule(Nth(10, 2, Weekday::Monday), No),
    rule(Fixed(11, 11), Nearest),
    rule(Nth(11, 4, Weekday::Thursday), No),
    rule(DayAfterThanksgiving, No),
    rule(Fixed(12, 25), Nearest),
];

/// The days that federal and bank offices are closed.
pub(super) const CA: &[Rule] = &[
    rule(Fixed(1, 1), Next),
    rule(GOOD_FRIDAY, No),
    rule(EASTER_MONDAY, No),
    rule(MondayBefore(5, 25), No),
    rule(Fixed(7, 1), Next),
    rule(Nth(8, 1, Weekday::Monday), No),
    rule(Nth(9, 1, Weekday::Monday), No),
    since(2021, Fixed(9, 30), Next),
    rule(Nth(10, 2, Weekday::Monday), No),
    rule(Fixed(11, 11), Next),
    rule(Fixed(12, 25), Next),
    rule(Fixed(12, 26), Next),
];

/// The bank holidays of England and Wales.
pub(super) const GB: &[Rule] = &[
    rule(Fixed(1, 1), Next),
    rule(GOOD_FRIDAY, No),
    rule(EASTER_MONDAY, No),
    rule(Nth(5, 1, Weekday::Monday), No),
    rule(Nth(5, -1, Weekday::Monday), No),
    rule(Nth(8, -1, Weekday::Monday), No),
    rule(Fixed(12, 25), Next),
    rule(Fixed(12, 26), Next),
];

pub(super) const DE: &[Rule] = &[
    rule(Fixed(1, 1), No),
    rule(GOOD_FRIDAY, No),
    rule(EASTER_MONDAY, No),
    rule(Fixed(5, 1), No),
    rule(ASCENSION, No),
    rule(WHIT_MONDAY, No),
    rule(Fixed(10, 3), No),
    rule(Fixed(12, 25), No),
    rule(Fixed(12, 26), No),
];

pub(super) const FR: &[Rule] = &[
    rule(Fixed(1, 1), No),
    rule(EASTER_MONDAY, No),
    rule(Fixed(5, 1), No),
    rule(Fixed(5, 8), No),
    rule(ASCENSION, No),
    rule(WHIT_MONDAY, No),
    rule(Fixed(7, 14), No),
    rule(Fixed(8, 15), No),
    rule(Fixed(11, 1), No),
    rule(Fixed(11, 11), No),
    rule(Fixed(12, 25), No),
];

pub(super) const IE: &[Rule] = &[
    rule(Fixed(1, 1), Next),
    since(2023, SaintBrigid, No),
    rule(Fixed(3, 17), Next),
    rule(EASTER_MONDAY, No),
    rule(Nth(5, 1, Weekday::Monday), No),
    rule(Nth(6, 1, Weekday::Monday), No),
    rule(Nth(8, 1, Weekday::Monday), No),
    rule(Nth(10, -1, Weekday::Monday), No),
    rule(Fixed(12, 25), Next),
    rule(Fixed(12, 26), Next),
];

/// The national ones, and the King's Birthday of most states.
pub(super) const AU: &[Rule] = &[
    rule(Fixed(1, 1), Next),
    rule(Fixed(1, 26), Next),
    rule(GOOD_FRIDAY, No),
    rule(EASTER_MONDAY, No),
    rule(Fixed(4, 25), No),
    rule(Nth(6, 2, Weekday::Monday), No),
    rule(Fixed(12, 25), Next),
    rule(Fixed(12, 26), Next),
];

/// The holidays of the central government's offices. Those by the moon are as gazetted, and as
/// foretold for the years to come.
pub(super) const IN: &[Rule] = &[
    rule(Fixed(1, 26), No),
    rule(Listed(moon::MAHA_SHIVARATRI), No),
    rule(Listed(moon::HOLI), No),
    rule(Listed(moon::EID_AL_FITR), No),
    rule(Listed(moon::RAM_NAVAMI), No),
    rule(Listed(moon::MAHAVIR_JAYANTI), No),
    rule(GOOD_FRIDAY, No),
    rule(Listed(moon::BUDDHA_PURNIMA), No),
    rule(Listed(moon::EID_AL_ADHA), No),
    rule(Listed(moon::MUHARRAM), No),
    rule(Fixed(8, 15), No),
    rule(Listed(moon::JANMASHTAMI), No),
    rule(Listed(moon::MILAD_UN_NABI), No),
    rule(Fixed(10, 2), No),
    rule(Listed(moon::DUSSEHRA), No),
    rule(Listed(moon::DIWALI), No),
    rule(Listed(moon::GURU_NANAK), No),
    rule(Fixed(12, 25), No),
];

pub(super) const JP: &[Rule] = &[
    rule(Fixed(1, 1), SundayNext),
    rule(Nth(1, 2, Weekday::Monday), No),
    rule(Fixed(2, 11), SundayNext),
    since(2020, Fixed(2, 23), SundayNext),
    rule(Equinox(3, 20_843_100), SundayNext),
    rule(Fixed(4, 29), SundayNext),
    rule(Fixed(5, 3), SundayNext),
    rule(Fixed(5, 4), SundayNext),
    rule(Fixed(5, 5), SundayNext),
    rule(Nth(7, 3, Weekday::Monday), No),
    since(2016, Fixed(8, 11), SundayNext),
    rule(Nth(9, 3, Weekday::Monday), No),
    rule(Equinox(9, 23_248_800), SundayNext),
    rule(Nth(10, 2, Weekday::Monday), No),
    rule(Fixed(11, 3), SundayNext),
    rule(Fixed(11, 23), SundayNext),
];
