//! The customer's people: whom the stories can take part with, and whom People.ai can match.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;

use super::{Judgement, good, note, warning};
use crate::doctor::sight::Sight;
use crate::listing::{counted, some_of};
use crate::manifest::Role;
use crate::model::email::{domain_of_website, is_within};
use crate::model::id::AccountId;
use crate::model::inventory::{Account, Contact, Inventory};
use crate::model::object::Object;
use crate::model::person::EmailDomain;

/// A deal without an account has no people.
pub(super) fn accounts(sight: &Sight) -> Judgement {
    sight.inventory().map_or(Judgement::Nothing, with_account)
}

/// An activity without people is ignored by People.ai.
pub(super) fn contacts(sight: &Sight) -> Judgement {
    let inventory = sight.inventory();
    let generate = sight.manifest.contacts.generate;
    inventory.map_or(Judgement::Nothing, |inventory| staffed(inventory, generate))
}

/// Parts in deals are given by title, and People.ai tells seniority by it.
pub(super) fn titles(sight: &Sight) -> Judgement {
    sight.inventory().map_or(Judgement::Nothing, titled)
}

/// Working hours and holidays are those of the account's country.
pub(super) fn places(sight: &Sight) -> Judgement {
    match (sight.inventory(), sight.customers()) {
        (Some(inventory), Some(customers)) => placed(inventory, &customers.placeless),
        _ => Judgement::Nothing,
    }
}

/// The parts of people in deals are called what the org calls them.
pub(super) fn roles(sight: &Sight) -> Judgement {
    sight
        .customers()
        .map_or(Judgement::Nothing, |customers| called(&customers.roles))
}

/// People.ai finds an account by the domain of its website.
pub(super) fn domains(sight: &Sight) -> Judgement {
    let (Some(inventory), Some(fields)) = (sight.inventory(), sight.account_fields()) else {
        return Judgement::Nothing;
    };
    if !fields.contains("Website") {
        return super::unseen("this org does not show accounts' websites to you");
    }
    let lends = sight.manifest.accounts.website.is_some();
    matched(inventory, lends)
}

/// What the addresses of people whom we make mean for matching.
pub(super) fn made_addresses(sight: &Sight) -> Judgement {
    let contacts = &sight.manifest.contacts;
    let makes_people = contacts.generate && sight.object(Object::Contact.api_name()).is_some();
    match (sight.inventory(), sight.customers()) {
        (Some(inventory), Some(customers)) if makes_people => {
            reached(contacts.email_domain, inventory, &customers.domainless)
        }
        _ => Judgement::Nothing,
    }
}

fn with_account(inventory: &Inventory) -> Judgement {
    let deals = inventory.opportunities.values();
    let without = deals.filter(|deal| deal.account.is_none());
    let without: Vec<_> = without.map(|deal| deal.name.clone()).collect();
    match (inventory.opportunities.len(), without.len()) {
        (0, _) => Judgement::Nothing,
        (_, 0) => good("every deal has one"),
        (_, count) => warning(
            format!(
                "{} without one: {}",
                counted(count as u64, "deal", "deals"),
                some_of(&without)
            ),
            "Nobody takes part in their activities, and People.ai ignores activities without people: give these deals an account.",
        ),
    }
}

fn staffed(inventory: &Inventory, generate: bool) -> Judgement {
    let accounts = covered(inventory);
    let people = |id: &AccountId| inventory.contacts.get(id).map_or(0, BTreeMap::len);
    let empty = accounts.iter().filter(|(id, _)| people(id) == 0);
    let empty: Vec<_> = empty.map(|(_, account)| account.name.clone()).collect();
    let total: usize = accounts.iter().map(|(id, _)| people(id)).sum();
    let found = format!(
        "{} on {}",
        counted(total as u64, "contact", "contacts"),
        counted(accounts.len() as u64, "account", "accounts")
    );
    match (accounts.is_empty(), empty.is_empty(), generate) {
        (true, ..) => Judgement::Nothing,
        (false, true, _) => good(found),
        (false, false, true) => note(format!(
            "{found}, none on {}: people are made there",
            some_of(&empty)
        )),
        (false, false, false) => warning(
            format!("{found}, none on {}", some_of(&empty)),
            "People.ai ignores activities without people: add contacts, or write `contacts: {generate: true}`.",
        ),
    }
}

fn titled(inventory: &Inventory) -> Judgement {
    let is_blank =
        |text: &Option<CompactString>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    let contacts = || inventory.contacts.values().flat_map(BTreeMap::values);
    let without = contacts().filter(|contact| is_blank(&contact.title));
    let without: Vec<_> = without.map(Contact::full_name).collect();
    match (contacts().count(), without.len()) {
        (0, _) => Judgement::Nothing,
        (_, 0) => good("every contact has one"),
        (all, count) => warning(
            format!(
                "{count} of {} without one: {}",
                counted(all as u64, "contact", "contacts"),
                some_of(&without)
            ),
            "Who has none plays a part for which nobody fits better, and People.ai cannot tell how senior they are: fill Title in Salesforce.",
        ),
    }
}

fn placed(inventory: &Inventory, placeless: &BTreeSet<AccountId>) -> Judgement {
    let accounts = placeless.iter().filter_map(|id| inventory.accounts.get(id));
    let name = |account: &Account| match account.country.as_deref() {
        Some(country) if !country.trim().is_empty() => format!("{} ({country})", account.name),
        _ => account.name.clone(),
    };
    let names: Vec<_> = accounts.map(name).collect();
    match (inventory.accounts.is_empty(), names.len()) {
        (true, _) => Judgement::Nothing,
        (false, 0) => good("known of everybody who takes part"),
        (false, count) => warning(
            format!(
                "{} without one that we know: {}",
                counted(count as u64, "account", "accounts"),
                some_of(&names)
            ),
            "Their people count as being where the owner is, with the same hours and holidays, and who is made there has a name that could be of anywhere: fill the billing country in Salesforce.",
        ),
    }
}

fn called(roles: &BTreeMap<Role, Option<String>>) -> Judgement {
    let is_same = |(role, name): &(&Role, &Option<String>)| {
        name.as_deref().and_then(Role::from_name) == Some(**role)
    };
    let other = roles.iter().filter(|pair| !is_same(pair));
    let (named, nameless): (Vec<_>, Vec<_>) = other.partition(|(_, name)| name.is_some());
    let named = named
        .into_iter()
        .filter_map(|(role, name)| Some((role, name.as_ref()?)));
    let named: Vec<_> = named
        .map(|(role, name)| format!("{role} is {name}"))
        .collect();
    let nameless: Vec<_> = nameless.iter().map(|(role, _)| role.to_string()).collect();
    match (named.is_empty(), nameless.is_empty()) {
        _ if roles.is_empty() => Judgement::Nothing,
        (true, true) => good("this org has a name for every part that is played"),
        (false, true) => note(format!("by the names of this org: {}", named.join(", "))),
        (_, false) => {
            let missing = format!("this org has no name for {}", nameless.join(", "));
            let found = [missing].into_iter().chain(named).collect::<Vec<_>>();
            warning(
                found.join("; "),
                "Their Role stays empty: add a value for each to the Role picklist of Opportunity Contact Role.",
            )
        }
    }
}

fn matched(inventory: &Inventory, lends: bool) -> Judgement {
    let accounts = covered(inventory);
    let host = |account: &Account| account.website.as_deref().and_then(domain_of_website);
    let without = accounts
        .iter()
        .filter(|(_, account)| host(account).is_none());
    let without = if lends { 0 } else { without.count() };
    let people = || {
        let of_account = |(id, account): &(AccountId, &Account)| {
            let host = host(account);
            let contacts = inventory
                .contacts
                .get(id)
                .into_iter()
                .flat_map(BTreeMap::values);
            contacts.map(move |contact| (contact.email.as_deref(), host.clone()))
        };
        accounts.iter().flat_map(of_account)
    };
    let is_stranger = |(email, host): &(Option<&str>, Option<String>)| {
        let domain = email.and_then(|email| Some(email.rsplit_once('@')?.1));
        matches!((domain, host), (Some(domain), Some(host)) if !is_within(domain, host))
    };
    let strangers = people().filter(is_stranger).count();
    let silent = people().filter(|(email, _)| email.is_none()).count();
    let mut found = Vec::new();
    for (count, one, many) in [
        (
            without,
            "account has no website",
            "accounts have no website",
        ),
        (
            strangers,
            "contact has an address that is not of the account's domain",
            "contacts have addresses that are not of their accounts' domains",
        ),
        (silent, "contact has no address", "contacts have no address"),
    ] {
        if count > 0 {
            found.push(counted(count as u64, one, many));
        }
    }
    match (accounts.is_empty(), found.is_empty()) {
        (true, _) => Judgement::Nothing,
        (false, true) => good("contacts' addresses are of their accounts' domains"),
        (false, false) => warning(
            found.join("; "),
            "People.ai matches people and accounts by these; fill them in Salesforce (`accounts: {website: fill}` lends a website).",
        ),
    }
}

fn reached(
    chosen: EmailDomain,
    inventory: &Inventory,
    domainless: &BTreeSet<AccountId>,
) -> Judgement {
    let without = domainless
        .iter()
        .filter_map(|id| inventory.accounts.get(id));
    let without: Vec<_> = without.map(|account| account.name.clone()).collect();
    match (chosen, without.is_empty()) {
        (EmailDomain::Reserved, _) => note(
            "reserved, <account>.example: nobody can have them; People.ai matches such people as contacts, not by their account's domain",
        ),
        (EmailDomain::Website, true) => note(
            "of their accounts' own domains: People.ai matches such people as contacts and by domain; mail that is sent there may reach somebody",
        ),
        (EmailDomain::Website, false) => warning(
            format!(
                "{} without a website, so nobody can have the addresses there: {}",
                counted(without.len() as u64, "account", "accounts"),
                some_of(&without)
            ),
            "Fill Website in Salesforce, or lend one: `accounts: {website: fill}`.",
        ),
    }
}

/// The accounts of the deals.
fn covered(inventory: &Inventory) -> Vec<(AccountId, &Account)> {
    let deals = inventory.opportunities.values();
    let ids: BTreeSet<_> = deals.filter_map(|deal| deal.account).collect();
    let known = |id| Some((id, inventory.accounts.get(&id)?));
    ids.into_iter().filter_map(known).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::model::day::Day;
    use crate::model::finding::Verdict::{self, Good, Note, Warning};
    use crate::model::id::{ContactId, RecordId, RootId, UserId};
    use crate::model::inventory::Opportunity;

    fn id(prefix: &str, number: usize) -> RecordId {
        RecordId::parse(&format!("{prefix}DG{number:010}")).unwrap()
    }

    /// Acme with a website and two contacts, of whom one has neither title nor address; Globex with
    /// nothing; a deal of each, and one of nobody.
    fn inventory() -> Inventory {
        let deal = |number: usize| {
            let deal = Opportunity {
                name: format!("Deal {number}"),
                account: (number < 2).then(|| AccountId(id("001", number))),
                owner: UserId(id("005", 0)),
                stage: "Prospecting".to_owned(),
                probability: 10.0,
                amount: None,
                close_date: Day::from_number(0),
                created: jiff::Timestamp::UNIX_EPOCH,
                closed: false,
                won: None,
                story_key: number.to_string(),
            };
            (RootId(id("006", number)), deal)
        };
        let account = |(number, name, website): (usize, &str, Option<&str>)| {
            let account = Account {
                name: name.to_owned(),
                website: website.map(str::to_owned),
                country: (number == 1).then(|| "Atlantis".to_owned()),
                ..Account::default()
            };
            (AccountId(id("001", number)), account)
        };
        let accounts = [(0, "Acme", Some("www.acme.example")), (1, "Globex", None)];
        let jane = Contact {
            first_name: Some("Jane".into()),
            last_name: "Roe".into(),
            title: Some("CFO".into()),
            email: Some("jane@mail.acme.example".into()),
            ..Contact::default()
        };
        let joe = Contact {
            last_name: "Doe".into(),
            ..Contact::default()
        };
        let contacts = [jane, joe].into_iter().enumerate();
        let contacts = contacts.map(|(number, one)| (ContactId(id("003", number)), one));
        Inventory {
            opportunities: (0..3).map(deal).collect(),
            accounts: accounts.into_iter().map(account).collect(),
            contacts: BTreeMap::from([(AccountId(id("001", 0)), contacts.collect())]),
            ..Inventory::default()
        }
    }

    #[track_caller]
    fn check(judgement: Judgement, expect: (Verdict, &str)) {
        let Judgement::Found(verdict, found, _) = judgement else {
            panic!("nothing is said, where it should be {expect:?}");
        };
        assert_eq!((verdict, &*found), expect);
    }

    #[test]
    fn a_deal_without_an_account_is_named() {
        check(
            with_account(&inventory()),
            (Warning, "1 deal without one: Deal 2"),
        );
        let mut all = inventory();
        all.opportunities.pop_last();
        check(with_account(&all), (Good, "every deal has one"));
    }

    #[test]
    fn an_account_without_contacts_matters_where_nobody_is_made() {
        check(
            staffed(&inventory(), true),
            (
                Note,
                "2 contacts on 2 accounts, none on Globex: people are made there",
            ),
        );
        check(
            staffed(&inventory(), false),
            (Warning, "2 contacts on 2 accounts, none on Globex"),
        );
    }

    #[test]
    fn contacts_without_a_title_are_named() {
        check(
            titled(&inventory()),
            (Warning, "1 of 2 contacts without one: Doe"),
        );
    }

    #[test]
    fn accounts_without_a_country_are_named_with_what_they_say_instead() {
        let known = BTreeSet::new();
        check(
            placed(&inventory(), &known),
            (Good, "known of everybody who takes part"),
        );
        let all = [0, 1].map(|number| AccountId(id("001", number)));
        check(
            placed(&inventory(), &all.into()),
            (
                Warning,
                "2 accounts without one that we know: Acme, Globex (Atlantis)",
            ),
        );
    }

    #[test]
    fn roles_that_the_org_calls_otherwise_are_told() {
        let roles = |names: &[(Role, Option<&str>)]| {
            let owned = |(role, name): &(Role, Option<&str>)| (*role, name.map(str::to_owned));
            called(&names.iter().map(owned).collect())
        };
        let buyer = (Role::TechnicalEvaluator, Some("Technical Buyer"));
        check(
            roles(&[buyer]),
            (Good, "this org has a name for every part that is played"),
        );
        let champion = (Role::Champion, Some("Influencer"));
        check(
            roles(&[buyer, champion]),
            (Note, "by the names of this org: champion is Influencer"),
        );
        check(
            roles(&[champion, (Role::Legal, None)]),
            (
                Warning,
                "this org has no name for legal; champion is Influencer",
            ),
        );
    }

    #[test]
    fn addresses_that_do_not_match_are_counted() {
        let both = "1 account has no website; 1 contact has no address";
        check(matched(&inventory(), false), (Warning, both));
        check(
            matched(&inventory(), true),
            (Warning, "1 contact has no address"),
        );
        let mut moved = inventory();
        for account in moved.accounts.values_mut() {
            account.website = Some("https://other.example".to_owned());
        }
        let stranger = "1 contact has an address that is not of the account's domain; \
                        1 contact has no address";
        check(matched(&moved, false), (Warning, stranger));
        for contacts in moved.contacts.values_mut() {
            for contact in contacts.values_mut() {
                contact.email = Some(format!("{}@acme.example", contact.last_name).into());
            }
        }
        let strangers = "2 contacts have addresses that are not of their accounts' domains";
        check(matched(&moved, false), (Warning, strangers));
    }

    #[test]
    fn each_choice_of_addresses_says_what_it_means() {
        let says = |chosen, without: &[usize]| {
            let without = without.iter().map(|number| AccountId(id("001", *number)));
            match reached(chosen, &inventory(), &without.collect()) {
                Judgement::Found(verdict, found, _) => (verdict, found),
                Judgement::Nothing => panic!("nothing is said of {chosen:?}"),
            }
        };
        let (verdict, found) = says(EmailDomain::Reserved, &[]);
        assert!(verdict == Note && found.starts_with("reserved"), "{found}");
        let (verdict, found) = says(EmailDomain::Website, &[]);
        assert!(verdict == Note && found.contains("by domain"), "{found}");
        let (verdict, found) = says(EmailDomain::Website, &[1]);
        assert!(verdict == Warning && found.ends_with("Globex"), "{found}");
    }
}
