//! The customer's people: whom we add, and what becomes of them.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::env::{Served, TestEnv};

const MADE: &str =
    "SELECT Id, AccountId, Email, Demo_Key__c FROM Contact WHERE Demo_Key__c != NULL";

fn text<'a>(record: &'a Json, field: &str) -> &'a str {
    record[field].as_str().unwrap_or_default()
}

#[test]
fn everybody_on_a_deal_has_one_contact_role_there() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let roles =
            org.query("SELECT OpportunityId, ContactId, IsPrimary FROM OpportunityContactRole");
        let pairs = roles
            .iter()
            .map(|role| (text(role, "OpportunityId"), text(role, "ContactId")));
        assert_eq!(pairs.collect::<BTreeSet<_>>().len(), roles.len());
        let primary = roles.iter().filter(|role| role["IsPrimary"] == true);
        let primary: Vec<_> = primary.map(|role| text(role, "OpportunityId")).collect();
        let distinct: BTreeSet<_> = primary.iter().collect();
        assert_eq!(distinct.len(), primary.len(), "one primary a deal");
        for made in org.query(MADE) {
            assert!(text(&made, "Email").ends_with(".example"), "{made}");
        }
    });
}

#[test]
fn who_is_made_by_hand_meanwhile_is_neither_changed_nor_cast() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let made = &org.query(MADE)[0];
        let fields = json!({
            "LastName": "Abara",
            "Title": "Chief Financial Officer",
            "AccountId": made["AccountId"],
        });
        let contact = org.create("Contact", &fields);
        let deals = format!(
            "SELECT Id FROM Opportunity WHERE AccountId = '{}'",
            text(made, "AccountId")
        );
        let deal = &org.ids(&deals)[0];
        let role = json!({"OpportunityId": deal, "ContactId": contact, "Role": "Economic Buyer"});
        org.create("OpportunityContactRole", &role);
        // And somebody relates one of ours as well.
        let role = json!({"OpportunityId": deal, "ContactId": made["Id"], "Role": "Other"});
        org.create("OpportunityContactRole", &role);
    });
    env.nothing_to_do();
}

/// The primary contact roles of a deal.
fn primaries(org: &Served, deal: &str) -> Vec<String> {
    org.ids(&format!(
        "SELECT Id FROM OpportunityContactRole WHERE OpportunityId = '{deal}' AND IsPrimary = TRUE"
    ))
}

/// An org in which no deal has any contact role.
fn without_roles() -> TestEnv {
    let env = TestEnv::new();
    env.in_org(|org| {
        for role in org.ids("SELECT Id FROM OpportunityContactRole") {
            org.delete("OpportunityContactRole", &role);
        }
    });
    env
}

#[test]
fn who_is_made_the_primary_contact_by_hand_stays_it() {
    let env = without_roles();
    env.apply();
    let (deal, chosen) = env.in_org(|org| {
        let ours = "SELECT OpportunityId, ContactId FROM OpportunityContactRole \
                    WHERE Demo_Key__c != NULL AND IsPrimary = TRUE";
        let role = &org.query(ours)[0];
        let deal = text(role, "OpportunityId").to_owned();
        let role =
            json!({"OpportunityId": deal, "ContactId": role["ContactId"], "IsPrimary": true});
        let chosen = org.create("OpportunityContactRole", &role);
        assert_eq!(primaries(org, &deal), std::slice::from_ref(&chosen));
        (deal, chosen)
    });
    env.nothing_to_do();
    env.run("apply -y --refresh full").exits(0);
    env.in_org(|org| assert_eq!(primaries(org, &deal), [chosen]));
}

#[test]
fn two_packs_leave_each_others_primary_contacts_alone() {
    let env = without_roles();
    env.apply();
    let all = "SELECT Id FROM OpportunityContactRole WHERE IsPrimary = TRUE ORDER BY Id";
    let first = env.in_org(|org| org.ids(all));
    assert!(!first.is_empty());
    let other = env.read("demo.yaml").replace("name: story", "name: other");
    env.write("other.yaml", &other);
    env.run("apply -y -c other.yaml").exits(0);
    env.in_org(|org| assert_eq!(org.ids(all), first));
    env.nothing_to_do();
}

/// Applies, lets somebody use one of our people, and destroys; then what they did is undone.
fn check_kept(object: &str, fields: impl Fn(&Json, &Served) -> Json, kept: &str) {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    env.apply();
    let (used, other) = env.in_org(|org| {
        let made = org.query(MADE).remove(0);
        (
            text(&made, "Id").to_owned(),
            org.create(object, &fields(&made, org)),
        )
    });
    env.run("destroy -y").exits(3).says("IN_USE").says(&format!(
        "kept, because others' records refer to it: {kept}"
    ));
    env.in_org(|org| {
        let left: Vec<_> = org
            .query(MADE)
            .iter()
            .map(|made| text(made, "Id").to_owned())
            .collect();
        assert_eq!(left, [used]);
        org.delete(object, &other);
    });
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}

#[test]
fn a_person_with_somebody_elses_task_is_kept_and_told_of() {
    let task = |made: &Json, _: &Served| json!({"Subject": "Call back", "WhoId": made["Id"]});
    check_kept("Task", task, "1 Task");
}

#[test]
fn a_person_in_somebody_elses_deal_is_kept_and_told_of() {
    let role = |made: &Json, org: &Served| {
        let deal = &org.ids("SELECT Id FROM Opportunity WHERE IsClosed = TRUE")[0];
        json!({"OpportunityId": deal, "ContactId": made["Id"]})
    };
    check_kept("OpportunityContactRole", role, "1 OpportunityContactRole");
}

#[test]
fn without_generation_nobody_is_made_and_who_was_made_goes() {
    let env = TestEnv::new();
    env.apply();
    env.edit("activity:\n", "contacts: {generate: false}\nactivity:\n");
    let plan = env.plan("");
    let people: Vec<_> = plan.of("Contact").collect();
    assert!(!people.is_empty() && people.iter().all(|change| change.action == "delete"));
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| assert!(org.query(MADE).is_empty()));
}

#[test]
fn another_email_domain_changes_addresses_and_nothing_else() {
    let env = TestEnv::new();
    env.apply();
    env.edit(
        "activity:\n",
        "contacts: {email_domain: website}\nactivity:\n",
    );
    let plan = env.plan("");
    assert_eq!(plan.actions(), ["update"], "{:?}", plan.summary());
    assert_eq!(plan.fields(), ["Email"]);
    env.apply();
    env.nothing_to_do();
}

#[test]
fn who_was_deleted_is_made_again_with_all_that_names_them() {
    let env = TestEnv::new();
    env.apply();
    env.in_org(|org| {
        let made = org.query(MADE);
        org.delete("Contact", text(&made[0], "Id"));
    });
    let plan = env.plan("--accept-vanished");
    let people: Vec<_> = plan.of("Contact").collect();
    assert_eq!(people.len(), 1);
    assert_eq!((&*people[0].action, people[0].generation), ("create", 2));
    env.run("apply -y --accept-vanished").exits(0);
    env.nothing_to_do();
}

#[test]
fn a_target_takes_the_people_along_and_an_exclusion_what_names_them() {
    let env = TestEnv::new();
    let whole = env.plan("");
    let meeting = whole
        .of("Event")
        .find(|meeting| {
            meeting
                .fields
                .iter()
                .any(|field| field.name == "WhoId" && field.after.is_null())
        })
        .expect("somebody of ours is met");
    let plan = env.plan(&format!("--target {}", meeting.address));
    assert!(plan.of("Contact").count() > 0, "{:?}", plan.summary());
    assert_eq!(plan.of("Event").count(), 1);
    let without = env.plan("--exclude 001*");
    assert_eq!(without.of("Contact").count(), 0);
    assert!(
        without
            .of("Event")
            .all(|left| left.address != meeting.address)
    );
    env.run_with(&["apply", "-y", "--target", &meeting.address])
        .exits(0);
    env.apply();
    env.nothing_to_do();
}

#[test]
fn accounts_are_made_parents_first_and_linked_on_request() {
    let env = TestEnv::new();
    let before = env.export_of_a_new_org();
    // The child's key comes first.
    let accounts = "accounts:\n  parents: {Halvorsen Group: holding}\n  create:\n    \
        a_child: {name: Halvorsen Nordic, parent: holding, country: Norway}\n    \
        holding: {name: Halvorsen Holding, industry: Manufacturing, employees: 9000}\n";
    env.edit("activity:\n", &format!("{accounts}activity:\n"));
    env.apply();
    env.nothing_to_do();
    env.in_org(|org| {
        let parents = org.query("SELECT Name, Parent.Name FROM Account WHERE ParentId != NULL");
        let parents: BTreeSet<_> = parents
            .iter()
            .map(|account| (text(account, "Name"), text(&account["Parent"], "Name")))
            .filter(|(_, parent)| *parent == "Halvorsen Holding")
            .collect();
        let expect = ["Halvorsen Group", "Halvorsen Nordic"];
        assert_eq!(
            parents,
            expect.map(|child| (child, "Halvorsen Holding")).into()
        );
    });
    env.run("destroy -y").exits(0);
    let [mut before, mut after] = [before, env.export()];
    // The account that lent its parent was saved twice; who belongs to whom is as it was.
    let parents = [before.remove("Account.csv"), after.remove("Account.csv")];
    let parents = parents.map(|accounts| parents_of(&accounts.unwrap()));
    assert_eq!(parents[0], parents[1]);
    assert_eq!(after, before);
}

#[test]
fn an_account_gets_back_the_parent_that_it_had() {
    let env = TestEnv::new();
    let accounts = "accounts:\n  parents: {Halvorsen Group: holding}\n  create: {holding: {name: Halvorsen Holding}}\n";
    env.edit("activity:\n", &format!("{accounts}activity:\n"));
    let parent = || {
        let soql = "SELECT Parent.Name FROM Account WHERE Name = 'Halvorsen Group'";
        let group = env.in_org(|org| org.query(soql).remove(0));
        text(&group["Parent"], "Name").to_owned()
    };
    env.in_org(|org| {
        let named =
            |name| org.ids(&format!("SELECT Id FROM Account WHERE Name = '{name}'"))[0].clone();
        let brightwater = serde_json::json!({"ParentId": named("Brightwater Health")});
        org.update("Account", &named("Halvorsen Group"), &brightwater);
    });
    env.apply();
    env.nothing_to_do();
    assert_eq!(parent(), "Halvorsen Holding");
    // The new parent is kept for as long as the account is under it.
    let first = env.run("destroy -y");
    assert_eq!(parent(), "Brightwater Health", "{first}");
    env.run("destroy -y").exits(0);
    assert_eq!(parent(), "Brightwater Health");
    let holding = "SELECT Id FROM Account WHERE Name = 'Halvorsen Holding'";
    assert!(env.in_org(|org| org.ids(holding)).is_empty());
}

/// An org in which one account is below another, and a manifest that wants it the other way round;
/// with what it says of accounts.
fn trading([above, below]: [&str; 2]) -> (TestEnv, String) {
    let env = TestEnv::new();
    env.in_org(|org| {
        let id =
            |name| org.ids(&format!("SELECT Id FROM Account WHERE Name = '{name}'"))[0].clone();
        org.update("Account", &id(below), &json!({ "ParentId": id(above) }));
    });
    let accounts = format!(
        "accounts:\n  parents: {{{above}: {below}, {below}: holding}}\n  \
         create: {{holding: {{name: Halvorsen Holding}}}}\n"
    );
    env.edit("activity:\n", &format!("{accounts}activity:\n"));
    (env, accounts)
}

fn parent_of(env: &TestEnv, name: &str) -> String {
    let soql = format!("SELECT Parent.Name FROM Account WHERE Name = '{name}'");
    let account = env.in_org(|org| org.query(&soql).remove(0));
    text(&account["Parent"], "Name").to_owned()
}

/// Accounts that already belong to each other trade places, whichever the org lists first, and
/// trade them back. The org takes no circle, not for a moment.
fn check_trade([above, below]: [&str; 2]) {
    let (env, accounts) = trading([above, below]);
    let parents = || [above, below].map(|name| parent_of(&env, name));
    env.run("plan --out plan.json").exits(0);
    env.run("apply plan.json").exits(0);
    env.nothing_to_do();
    assert_eq!(parents(), [below, "Halvorsen Holding"]);
    env.edit(&accounts, "");
    env.apply();
    env.nothing_to_do();
    assert_eq!(parents(), ["", above]);
}

#[test]
fn accounts_that_trade_places_make_no_circle_on_the_way() {
    check_trade(["Halvorsen Group", "Brightwater Health"]);
    check_trade(["Brightwater Health", "Halvorsen Group"]);
}

/// Options that name one of them: what comes to stand above it goes first, and where that is left
/// out it stays as well.
fn check_part_of_trade([above, below]: [&str; 2]) {
    let (env, _) = trading([above, below]);
    let parents = || [above, below].map(|name| parent_of(&env, name));
    env.run_with(&["apply", "-y", "--exclude", below]).exits(0);
    assert_eq!(parents(), ["", above]);
    env.run_with(&["apply", "-y", "--target", above]).exits(0);
    assert_eq!(parents(), [below, "Halvorsen Holding"]);
    env.apply();
    env.nothing_to_do();
}

#[test]
fn a_part_of_a_trade_takes_along_what_it_comes_under() {
    check_part_of_trade(["Halvorsen Group", "Brightwater Health"]);
    check_part_of_trade(["Brightwater Health", "Halvorsen Group"]);
}

/// Of accounts of ours that come under others, one stays where it is and hands on the move of the one
/// above it.
#[test]
fn a_move_takes_along_what_moves_above_an_account_that_stays() {
    let env = TestEnv::new();
    let create = |one: &str, two: &str| {
        format!(
            "accounts:\n  create:\n    one: {{name: One Holding{one}}}\n    \
             two: {{name: Two Holding{two}}}\n    three: {{name: Three Holding, parent: one}}\n"
        )
    };
    let (before, after) = (create(", parent: two", ""), create("", ", parent: three"));
    env.edit("activity:\n", &format!("{before}activity:\n"));
    env.apply();
    env.edit(&before, &after);
    let parents =
        || ["One Holding", "Two Holding", "Three Holding"].map(|name| parent_of(&env, name));
    let scoped = |option, glob| env.run_with(&["apply", "-y", option, glob]).exits(0);
    scoped("--exclude", "*account/one").says("No changes. 2 changes are held back");
    assert_eq!(parents(), ["Two Holding", "", "One Holding"]);
    scoped("--target", "*account/two").says("2 to change");
    assert_eq!(parents(), ["", "Three Holding", "One Holding"]);
    env.nothing_to_do();
}

/// Of each account in a CSV file its id, name and parent.
fn parents_of(accounts: &str) -> Vec<Vec<String>> {
    let mut rows = csv::Reader::from_reader(accounts.as_bytes());
    let names = rows.headers().unwrap().clone();
    let place = |name: &str| names.iter().position(|header| header == name).unwrap();
    let places = ["Id", "Name", "ParentId"].map(place);
    let rows = rows.records().map(Result::unwrap);
    rows.map(|row| places.map(|place| row[place].to_owned()).to_vec())
        .collect()
}

#[test]
fn a_parent_that_nobody_knows_is_an_error_of_the_manifest() {
    let env = TestEnv::new();
    let accounts = "accounts: {create: {eu: {name: Acme EU, parent: grup}}}\n";
    env.edit("activity:\n", &format!("{accounts}activity:\n"));
    env.run("plan")
        .exits(65)
        .says("accounts.create.eu.parent")
        .says("no account of a covered opportunity is called \"grup\"");
}
