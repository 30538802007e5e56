//! Laws of the calendars.
