//! Loans: fields of records that are not ours, which are filled because the manifest names them.

mod accounts;
mod fresh;

pub(super) use accounts::{Accounts, above, accounts, misfits};
pub(super) use fresh::make;

use super::{Deal, Planner, text, want};
use crate::model::address::Path;
use crate::model::capabilities::Capabilities;
use crate::model::id::{AccountId, RecordId};
use crate::model::loan::LOAN;
use crate::model::object::Object;
use crate::model::record::Desired;
use crate::model::value::{FieldName, Value};

impl Deal<'_> {
    /// Fills fields of a record that is not ours, as far as the org lets us. What they hold now is
    /// kept, and given back once they are not wanted any more.
    pub(super) fn lend(
        &self,
        records: &mut Vec<Desired>,
        path: &str,
        lender: (Object, RecordId),
        fields: Vec<(FieldName, Value)>,
    ) {
        let capabilities = self.planner.situation.capabilities;

        records.extend(loan(capabilities, Some(self), (path, lender), fields));
    }
}

impl Planner<'_> {
    /// Lends the fields of an account.
    pub(super) fn lend_account(&self, account: AccountId, records: &mut Vec<Desired>) {
        let lent = self.stories.lent.get(&account).into_iter();
        let lender = (Object::AccountLoan, account.0);
        let capabilities = self.situation.capabilities;
        records.extend(
            lent.filter_map(|fields| loan(capabilities, None, (LOAN, lender), fields.clone())),
        );
    }
}

/// Nothing where the org lets us read and write none of the fields.
fn loan(
    capabilities: &Capabilities,
    deal: Option<&Deal>,
    (path, (object, lender)): (&str, (Object, RecordId)),
    mut fields: Vec<(FieldName, Value)>,
) -> Option<Desired> {
    fields.retain(|(name, _)| {
        capabilities.can_read(object, name) && capabilities.can_update(object, name)
    });
    let drafts = deal.map_or(0, |deal| text::asked_hash(deal, &fields));
    (!fields.is_empty()).then(|| Desired {
        path: Path::new(path),
        object,
        lender: Some(lender),
        want: want::want(deal, object, (&fields, drafts)),
        fields,
    })
}
