//! The people of the sample company.

use super::setup::Profiles;
use super::{Fields, morning, text};
use crate::embedded_org::api_error::ApiError;
use crate::embedded_org::session::Session;

struct User {
    first: &'static str,
    last: &'static str,
    title: &'static str,
    zone: &'static str,
    /// The manager's place in the list; always an earlier one.
    manager: Option<usize>,
    is_active: bool,
}

/// The first is the administrator, who signs in over the API.
const USERS: &[User] = &[
    user(
        "Morgan",
        "Hale",
        "Sales Operations Manager",
        "America/New_York",
        None,
    ),
    user("Renata", "Oduya", "VP, Sales", "America/New_York", None),
    user(
        "Tobias",
        "Lindqvist",
        "Director, International Sales",
        "Europe/London",
        Some(1),
    ),
    user(
        "Caleb",
        "Winslow",
        "Account Executive",
        "America/New_York",
        Some(1),
    ),
    user(
        "Marisol",
        "Quintana",
        "Senior Account Executive",
        "America/Los_Angeles",
        Some(1),
    ),
    user(
        "Imogen",
        "Fairweather",
        "Account Executive",
        "Europe/London",
        Some(2),
    ),
    user(
        "Jonas",
        "Ebersbach",
        "Senior Account Executive",
        "Europe/Berlin",
        Some(2),
    ),
    user(
        "Haruka",
        "Minamoto",
        "Account Executive",
        "Asia/Tokyo",
        Some(2),
    ),
    User {
        is_active: false,
        ..user(
            "Dashiell",
            "Crane",
            "Account Executive",
            "America/New_York",
            Some(1),
        )
    },
];

const fn user(
    first: &'static str,
    last: &'static str,
    title: &'static str,
    zone: &'static str,
    manager: Option<usize>,
) -> User {
    User {
        first,
        last,
        title,
        zone,
        manager,
        is_active: true,
    }
}

/// Adds the users and gives their ids.
pub(super) fn add(session: &Session<'_>, profiles: &Profiles) -> Result<Vec<String>, ApiError> {
    let mut ids: Vec<String> = Vec::new();
    for (index, user) in USERS.iter().enumerate() {
        let email = format!("{}.{}@larkfield.example", user.first, user.last).to_lowercase();
        let alias: String = user.last.to_lowercase().chars().take(8).collect();
        let profile = if index == 0 {
            &profiles.administrator
        } else {
            &profiles.standard
        };
        let manager = user.manager.map_or("", |manager| ids[manager].as_str());
        let fields: Fields<'_> = &[
            ("FirstName", text(user.first)),
            ("LastName", text(user.last)),
            ("Username", text(&email)),
            ("Email", text(&email)),
            ("Alias", text(&alias)),
            ("Title", text(user.title)),
            ("Department", text("Sales")),
            ("CompanyName", text("Larkfield Software")),
            ("TimeZoneSidKey", text(user.zone)),
            ("IsActive", user.is_active.into()),
            ("ProfileId", text(profile)),
            ("ManagerId", text(manager)),
            ("CreatedDate", morning(session, -400)),
        ];
        ids.push(super::add(session, "User", fields)?);
    }
    Ok(ids)
}
