//! Accounts that come under others: below whom each stands once all of the plan is carried out.

use std::iter;

use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::id::{AccountId, RecordId};
use crate::model::inventory::Inventory;
use crate::model::loan;
use crate::model::object::Object;
use crate::model::value::Datum;
use crate::planner::Planner;

/// No company is as deep as this; a circle that the org has already ends here.
const DEEPEST: usize = 100;

/// Notes above whom each account comes to stand that the changes move. Without a planner everything
/// is given back, and what the inventory says holds again.
pub(super) fn note_above(
    changes: &mut [Change],
    (planner, inventory): (Option<&Planner<'_>>, &Inventory),
) {
    let parent_of = |account: &Address| match planner {
        Some(planner) => planner.parent_of(account),
        None => {
            let account = inventory.accounts.get(&account.root.account()?)?;
            account.parent.map(loan::of_account)
        }
    };
    let is_account = |change: &&mut Change| {
        matches!(change.object, Object::Account | Object::AccountLoan) && change.writes()
    };
    for change in changes.iter_mut().filter(is_account) {
        let above = iter::successors(comes_under(change), parent_of);
        change.above = above.take(DEEPEST).collect();
    }
}

/// Where the account is that this one comes under.
fn comes_under(change: &Change) -> Option<Address> {
    let mut fields = change.fields.iter();
    match &fields.find(|field| field.name == "ParentId")?.after {
        Datum::Ref(made) => Some(made.clone()),
        Datum::Json(id) => {
            let id = RecordId::parse(id.as_str()?).ok()?;
            Some(loan::of_account(AccountId(id)))
        }
        Datum::Draft(_) | Datum::People(_) | Datum::Refs(_) => None,
    }
}
