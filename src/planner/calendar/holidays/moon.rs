//! Holidays of India that follow the moon: month and day of each year from 2024 to 2032, as gazetted
//! or, for the years to come, as foretold.

use super::Moon;

pub(super) const MAHA_SHIVARATRI: Moon = [
    (3, 8),
    (2, 26),
    (2, 15),
    (3, 6),
    (2, 23),
    (2, 11),
    (3, 2),
    (2, 20),
    (3, 10),
];

pub(super) const HOLI: Moon = [
    (3, 25),
    (3, 14),
    (3, 4),
    (3, 22),
    (3, 11),
    (3, 1),
    (3, 20),
    (3, 9),
    (3, 27),
];

pub(super) const EID_AL_FITR: Moon = [
    (4, 11),
    (3, 31),
    (3, 21),
    (3, 10),
    (2, 27),
    (2, 15),
    (2, 5),
    (1, 25),
    (1, 15),
];

pub(super) const RAM_NAVAMI: Moon = [
    (4, 17),
    (4, 6),
    (3, 26),
    (4, 15),
    (4, 3),
    (4, 22),
    (4, 12),
    (4, 1),
    (4, 19),
];

pub(super) const MAHAVIR_JAYANTI: Moon = [
    (4, 21),
    (4, 10),
    (3, 31),
    (4, 18),
    (4, 7),
    (4, 26),
    (4, 16),
    (4, 5),
    (4, 23),
];

pub(super) const BUDDHA_PURNIMA: Moon = [
    (5, 23),
    (5, 12),
    (5, 1),
    (5, 20),
    (5, 8),
    (5, 27),
    (5, 17),
    (5, 7),
    (5, 25),
];

pub(super) const EID_AL_ADHA: Moon = [
    (6, 17),
    (6, 7),
    (5, 27),
    (5, 17),
    (5, 6),
    (4, 25),
    (4, 14),
    (4, 3),
    (3, 23),
];

pub(super) const MUHARRAM: Moon = [
    (7, 17),
    (7, 6),
    (6, 26),
    (6, 16),
    (6, 4),
    (5, 24),
    (5, 13),
    (5, 3),
    (4, 21),
];

pub(super) const JANMASHTAMI: Moon = [
    (8, 26),
    (8, 16),
    (9, 4),
    (8, 25),
    (8, 13),
    (9, 1),
    (8, 21),
    (8, 10),
    (8, 28),
];

pub(super) const MILAD_UN_NABI: Moon = [
    (9, 16),
    (9, 5),
    (8, 26),
    (8, 15),
    (8, 4),
    (7, 25),
    (7, 14),
    (7, 3),
    (6, 21),
];

pub(super) const DUSSEHRA: Moon = [
    (10, 12),
    (10, 2),
    (10, 20),
    (10, 9),
    (9, 27),
    (10, 16),
    (10, 6),
    (10, 25),
    (10, 14),
];

pub(super) const DIWALI: Moon = [
    (10, 31),
    (10, 20),
    (11, 8),
    (10, 29),
    (10, 17),
    (11, 5),
    (10, 26),
    (11, 14),
    (11, 2),
];

pub(super) const GURU_NANAK: Moon = [
    (11, 15),
    (11, 5),
    (11, 24),
    (11, 14),
    (11, 2),
    (11, 21),
    (11, 10),
    (11, 28),
    (11, 17),
];
