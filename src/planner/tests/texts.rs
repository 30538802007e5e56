//! What is written: read as a whole pack would be.

use super::*;
use crate::model::shape::Shape;

const INDUSTRIES: [&str; 14] = [
    "Banking",
    "Biotechnology",
    "Manufacturing",
    "Retail",
    "Technology",
    "Telecommunications",
    "Energy",
    "Transportation",
    "Education",
    "Hospitality",
    "Consulting",
    "Other",
    "Construction",
    "Electronics",
];

const PRODUCTS: [&str; 6] = [
    "Analytics Platform",
    "Standby Generators",
    "SLA",
    "GTX Plus Basic",
    "Planning Suite",
    "Emergency Generator",
];

const LEVELS: [&str; 2] = ["light", "heavy"];

/// Deals of all sorts, at accounts of all industries.
fn pack(deals: usize, level: &str) -> World {
    let mut world = plain_world(deals);
    let accounts = deals / 8 + 1;
    let people = world.inventory.contacts.values().next().cloned().unwrap();
    world.inventory.accounts.clear();
    world.inventory.contacts.clear();
    for number in 0..accounts {
        let account = AccountId(id("001", number));
        let contact = |(place, contact): (usize, &Contact)| {
            let contact = Contact {
                last_name: format!("{}{}", contact.last_name, number % 17).into(),
                ..contact.clone()
            };
            (ContactId(id("003", number * 10 + place)), contact)
        };
        let theirs = people.values().enumerate().map(contact).collect();
        world.inventory.contacts.insert(account, theirs);
        let name = format!("Halvorsen {number}");
        let industry = Some(INDUSTRIES[number % INDUSTRIES.len()].to_owned());
        let account_is = Account {
            name,
            industry,
            ..Account::default()
        };
        world.inventory.accounts.insert(account, account_is);
    }
    for (number, deal) in world.inventory.opportunities.values_mut().enumerate() {
        deal.account = Some(AccountId(id("001", number % accounts)));
        deal.name = format!(
            "Halvorsen {} {}",
            number % accounts,
            PRODUCTS[number / 7 % PRODUCTS.len()]
        );
        deal.probability = f64::from(number as u32 * 37 % 100);
        deal.closed = number % 9 == 0;
        if deal.closed {
            deal.probability = if number % 2 == 0 { 100.0 } else { 0.0 };
            deal.close_date = day("2026-11-01");
        }
    }
    world.settings.past_days = 120;
    world.settings.realism = level.to_owned();
    world.inventory.organization = "Larkfield".to_owned();
    world.with_an_owner_each()
}

/// The bodies of a pack, without the lines that tell who writes to whom.
fn bodies(records: &Records) -> BTreeMap<&Address, &str> {
    let mut bodies = BTreeMap::new();
    for (address, record) in records {
        if !record.fields.contains_key("Description") {
            continue;
        }
        let text = record.text("Description");
        let body = match text.strip_prefix("From: ") {
            Some(message) => message.split_once("\n\n").expect("a header ends").1,
            None => text,
        };
        bodies.insert(address, body);
    }
    bodies
}

/// Tasks are calls and to-dos, too.
fn mails(records: &Records) -> impl Iterator<Item = (&Address, &Record)> {
    of(records, Object::Task).filter(|(_, task)| task.text("TaskSubtype") == "Email")
}

/// The sentences of six words and more.
fn sentences(body: &str) -> BTreeSet<&str> {
    let parts = body.split(['\n', '.', '?', '!', ';']);
    let parts = parts.map(|part| part.trim_matches([' ', '-', '1', '2', '3']));
    parts
        .filter(|part| part.split_whitespace().count() >= 6)
        .collect()
}

#[test]
fn no_two_bodies_of_a_pack_are_the_same_and_no_sentence_is_everywhere() {
    for level in LEVELS {
        let records = pack(200, level).plan().records;
        let bodies = bodies(&records);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for sentence in bodies.values().flat_map(|body| sentences(body)) {
            *counts.entry(sentence).or_default() += 1;
        }
        let most = bodies.len() / 50;
        for (sentence, count) in counts {
            assert!(count <= most, "{count} of {}: {sentence}", bodies.len());
        }
        let mut said = BTreeMap::new();
        for address in bodies.keys() {
            let whole = records[*address].text("Description");
            if let Some(other) = said.insert(whole, address) {
                panic!("{other} and {address} are the same: {whole}");
            }
        }
    }
}

#[test]
fn nobody_says_a_thing_twice_in_one_text() {
    for level in LEVELS {
        for (address, body) in bodies(&pack(200, level).plan().records) {
            let mut said = BTreeSet::new();
            for sentence in body
                .split(['\n', '.', '?', '!'])
                .map(|part| part.trim_matches([' ', '-']))
            {
                let is_long = sentence.split_whitespace().count() >= 6;
                assert!(!is_long || said.insert(sentence), "{address}: {body}");
            }
        }
    }
}

/// The texts of meetings and of the first messages of threads, with their subjects.
#[test]
fn meetings_and_threads_carry_words_of_the_opportunity() {
    for level in ["none", "light", "heavy"] {
        let world = pack(60, level);
        for (address, record) in &world.plan().records {
            let path = address.path.as_str();
            let opens = match record.object {
                Object::Event => true,
                Object::Task => path.starts_with("thread/") && path.ends_with("/01"),
                _ => continue,
            };
            let deal = &world.inventory.opportunities[&address.root].name;
            let words = deal.rsplit(' ').next().expect("a name has a last word");
            let subject = record.text("Subject");
            assert!(!opens || subject.contains(words), "{address}: {subject}");
        }
    }
}

#[test]
fn a_message_tells_who_wrote_to_whom_and_when() {
    let mut world = plain_world(2);
    world.settings.realism = "heavy".to_owned();
    let records = world.plan().records;
    let owner = "Owner 0 <owner0@seller.example>";
    let mut ways = [0, 0];
    for (address, mail) in mails(&records) {
        let lines: Vec<&str> = mail.text("Description").lines().collect();
        let customer = "@acme.example>";
        let is_outbound = lines[0] == format!("From: {owner}");
        ways[usize::from(is_outbound)] += 1;
        let (from, to) = (lines[0], lines[1]);
        let fits = if is_outbound {
            to.ends_with(customer)
        } else {
            from.ends_with(customer) && to == format!("To: {owner}")
        };
        assert!(fits, "{address}: {lines:?}");
        let sent = lines.iter().find(|line| line.starts_with("Sent: "));
        assert!(
            sent.is_some_and(|sent| sent.contains(" 2026 ")),
            "{address}"
        );
    }
    assert!(ways[0] > 0 && ways[1] > 0, "{ways:?}");
}

#[test]
fn a_task_lies_on_the_day_on_which_its_message_is_sent() {
    for own in ["", "stories: {mix: {stalled: 1}}\n"] {
        let mut world = plain_world(40);
        world.settings.past_days = 120;
        world.settings.added = own.to_owned();
        let records = world.plan().records;
        let mut sent = 0;
        for (address, mail) in mails(&records) {
            let day = super::day(mail.text("ActivityDate")).date();
            let line = day.strftime("Sent: %A, %-d %B %Y ").to_string();
            let body = mail.text("Description");
            assert!(body.contains(&line), "{address}: {line}not in {body}");
            sent += 1;
        }
        assert!(sent > 40, "{sent}");
    }
}

#[test]
fn nothing_confidential_goes_out_in_copy() {
    let records = pack(250, "heavy").plan().records;
    let (mut alone, mut copied) = (0, 0);
    for (address, mail) in mails(&records) {
        let text = mail.text("Description");
        let is_copied = text.lines().any(|line| line.starts_with("Cc: "));
        copied += usize::from(is_copied);
        if text.contains("Between us,") || text.contains("the two of us") {
            assert!(!is_copied, "{address}: {text}");
            alone += 1;
        }
    }
    assert!(alone > 10 && copied > 100, "{alone} {copied}");
}

#[test]
fn who_cancelled_is_named_where_the_mail_is_to_somebody_else() {
    let mut world = plain_world(20).with_an_owner_each();
    world.settings.emails = (20, 20);
    world.settings.added =
        "stories: {assign: [{opportunity: \"Deal *\", shape: at-risk}]}\n".to_owned();
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let records = world.plan().records;
    let contacts = world.inventory.contacts.values().next().unwrap();
    let mut named = 0;
    for (address, mail) in mails(&records) {
        if address.path.as_str() != "meeting/past/02/reschedule" {
            continue;
        }
        let pins = &planner.stories.pins[&address.root];
        let buyer = pins.cast[crate::planner::story::buyer(pins).unwrap()].person;
        let Some(crate::model::person::Person::Contact(buyer)) = buyer else {
            continue;
        };
        let body = mail.text("Description");
        assert!(body.contains(&*contacts[&buyer].full_name()), "{body}");
        assert!(!body.contains("we couldn't meet"), "{body}");
        named += 1;
    }
    assert!(named > 5, "{named}");
}

#[test]
fn nothing_is_left_to_be_filled_in() {
    for level in LEVELS {
        for (address, record) in &pack(150, level).plan().records {
            for name in ["Subject", "Description", "Answer__c"] {
                let Some(Datum::Json(serde_json::Value::String(text))) = record.fields.get(name)
                else {
                    continue;
                };
                let gaps = [
                    "{", "}", "[", "]", "  ", " .", " ,", "..", " ;", "\n\n\n", "that .",
                ];
                let gap = gaps.iter().find(|gap| text.contains(**gap));
                assert!(gap.is_none(), "{address} {name}: {gap:?} in {text}");
            }
        }
    }
}

/// What all texts and answers of a deal agree on: what stands before and after it, wherever it is told.
const AGREED: &[&[(&str, &str)]] = &[
    // Who approves.
    &[
        ("the approval by ", "."),
        ("before anything goes to ", "."),
        ("the decision is made by ", ", with"),
        ("finance checks, ", " decides"),
        ("purchasing checks, ", " decides"),
    ],
    // Who checks before that.
    &[
        ("the check by ", " and the approval"),
        ("and a check by ", " before anything"),
        ("the recommendation, ", " will check it"),
    ],
    // How long it takes.
    &[
        ("and takes about ", " weeks"),
        ("three steps in about ", " weeks"),
    ],
    &[
        ("the last purchase, which took ", " months"),
        ("last time it took ", " months because"),
    ],
    &[("pays back within ", "month"), ("pays back in ", " month")],
    &[
        ("the evaluation runs for ", " weeks"),
        (
            "how long may the evaluation take, and who can spend time on it? ",
            " weeks",
        ),
    ],
    // Elements.
    &[
        ("the purchase order, ", " in all"),
        ("and the contract, ", " in all"),
    ],
    &[("the rest needs ", ".")],
    &[("this comes ", " projects this year")],
    &[(", and it costs ", "."), ("can cost ", ", before counting")],
    &[
        ("in the running as well, mostly ", "."),
        ("also being considered, mostly ", "."),
        ("from the start, mostly ", "."),
    ],
];

/// What stands in a text between these two, within one sentence.
fn between<'a>(text: &'a str, (before, after): (&str, &str)) -> Vec<&'a str> {
    let rests = text.match_indices(before);
    let sentences = rests.filter_map(|(at, _)| text[at + before.len()..].lines().next());
    let told = sentences.filter_map(|rest| Some(rest.split_once(after)?.0));
    told.filter(|told| !told.contains(". ")).collect()
}

/// In different sentences, and never another one.
#[test]
fn all_texts_of_a_deal_give_one_account_of_it() {
    let mut world = pack(150, "heavy");
    world.settings.templates = "meddpicc, bant, spiced, champ";
    world.settings.coverage = 1.0;
    let mut told: BTreeMap<RootId, String> = BTreeMap::new();
    for (address, record) in &world.plan().records {
        for name in ["Description", "Answer__c"] {
            if let Some(Datum::Json(serde_json::Value::String(text))) = record.fields.get(name) {
                let all = told.entry(address.root).or_default();
                all.push_str(&text.to_lowercase());
                all.push('\n');
            }
        }
    }
    for ways in AGREED {
        let mut accounts = BTreeSet::new();
        let mut again = 0;
        for (root, text) in &told {
            let said: Vec<_> = ways.iter().flat_map(|way| between(text, *way)).collect();
            let differ: BTreeSet<_> = said.iter().collect();
            assert!(differ.len() <= 1, "{root}: {differ:?} for {ways:?}");
            again += usize::from(said.len() > 1);
            accounts.extend(differ.into_iter().copied().map(str::to_owned));
        }
        assert!(
            accounts.len() > 1 && again > 0,
            "{accounts:?} {again} for {ways:?}"
        );
    }
}

#[test]
fn texts_speak_of_what_the_manifest_says_of_the_seller() {
    let mut world = plain_world(12);
    world.settings.realism = "heavy".to_owned();
    world.settings.added =
        "seller: {company: Larkfield, products: [Orbit], competitors: [Northwind]}\n".to_owned();
    let records = world.plan().records;
    let said = |word: &str| {
        let mut texts = records
            .values()
            .filter_map(|record| record.fields.get("Description"));
        texts.any(|text| matches!(text, Datum::Json(text) if text.as_str().is_some_and(|text| text.contains(word))))
    };
    for word in ["Larkfield", "Orbit", "Northwind"] {
        assert!(said(word), "{word}");
    }
}

/// Whoever reads that the customer looks at Northwind, and a scorecard that knows nothing of the
/// competition, believes neither.
#[test]
fn another_vendor_is_named_where_that_is_evidence_or_has_won() {
    let mut world = pack(120, "heavy");
    world.settings.added = "seller: {company: Larkfield, competitors: [Northwind]}\n".to_owned();
    world.settings.coverage = 0.8;
    let manifest = world.settings.manifest();
    let planner = world.planner(&manifest);
    let pins = planner.stories.pins.iter();
    let lost = pins.filter(|(_, pins)| pins.shape == Shape::LostToCompetitor);
    let lost: BTreeSet<RootId> = lost.map(|(root, _)| *root).collect();
    let records = world.plan().records;
    let (mut named, mut unnamed) = (0, 0);
    for (address, body) in bodies(&records) {
        unnamed += usize::from(body.to_lowercase().contains("another vendor"));
        if body.contains("Northwind") {
            let mut clauses = planner.clauses(address.root).into_iter();
            let is_evidence =
                clauses.any(|(path, element, _)| path == address.path && element == "competition");
            assert!(
                is_evidence || lost.contains(&address.root),
                "{address}: {body}"
            );
            named += usize::from(is_evidence);
        }
    }
    assert!(named > 20 && unnamed > 20, "{named} {unnamed}");
    world.settings.templates = "bant";
    let records = world.plan().records;
    let bodies = bodies(&records);
    for (address, body) in bodies {
        let is_named = body.contains("Northwind");
        assert!(
            !is_named || lost.contains(&address.root),
            "{address}: {body}"
        );
    }
}

/// What cannot be on the phone, with one of them and one of us.
const OF_A_ROOM: &[&str] = &[
    "Everybody",
    "everybody who",
    "slides",
    " drew ",
    "We showed",
    "showed us",
    "show of hands",
    "The group",
    "in the room",
    "The room came",
    "on the spot",
    "the mouse",
    "page by page;",
];

#[test]
fn a_call_is_a_talk_of_two() {
    let mut world = pack(120, "heavy");
    world.settings.own = "calls: {min: 4, max: 6}".to_owned();
    let mut calls = 0;
    for (address, call) in of(&world.plan().records, Object::Task) {
        if call.text("TaskSubtype") == "Call" {
            let body = call.text("Description");
            let found = OF_A_ROOM.iter().find(|words| body.contains(**words));
            assert!(found.is_none(), "{address}: {found:?} in {body}");
            calls += 1;
        }
    }
    assert!(calls > 300, "{calls}");
}

#[test]
fn the_manifests_own_words_take_the_place_of_the_grammars() {
    let mut world = plain_world(3);
    world.settings.meeting_subjects =
        vec!["{{ account.name }} and {{ seller.company }}".to_owned()];
    world.settings.own =
        "bodies: {emails: {default: ['Words for {{ contact.first_name }}'], Qualification: [Q]}, \
         meetings: ['{{ meeting.topic }} on {{ date }}'], agendas: ['Constant.']}"
            .to_owned();
    world.inventory.organization = "Larkfield".to_owned();
    let records = world.plan().records;
    for (address, meeting) in of(&records, Object::Event) {
        let subject = meeting.text("Subject");
        assert!(
            subject.starts_with("Acme and Larkfield"),
            "{address}: {subject}"
        );
        if address.path.as_str().starts_with("meeting/future/") {
            assert_eq!(meeting.text("Description"), "Constant.");
        }
    }
    let mut ways = BTreeSet::new();
    for (address, mail) in mails(&records) {
        let body = mail.text("Description");
        assert!(body.starts_with("From: "), "{address}");
        let is_ours = body.lines().next().unwrap().ends_with("@seller.example>");
        ways.insert(is_ours);
        assert_eq!(
            body.contains("\n\nWords for ") || body.ends_with("\n\nQ"),
            is_ours,
            "{address}: {body}"
        );
    }
    assert_eq!(ways.len(), 2, "mails go both ways");
}

/// How many greetings there are, by the first word.
fn greetings(records: &Records) -> BTreeMap<String, usize> {
    let mut words = BTreeMap::new();
    for body in bodies(records).values() {
        let first = body.split([' ', ',']).next().unwrap_or_default();
        *words.entry(first.to_owned()).or_default() += 1;
    }
    words
}

#[test]
fn a_deal_keeps_the_version_of_the_grammar_that_told_it() {
    let mut world = plain_world(4);
    let told = world.apply().records;
    world.grammars.versions = crate::planner::text::with_a_later_one();
    assert_eq!(world.plan().records, told, "what was told stays");

    let mut fresh = world.clone();
    fresh.pins.clear();
    let fresh = greetings(&fresh.plan().records);
    assert!(
        fresh.contains_key("Greetings") && !fresh.contains_key("Hi"),
        "{fresh:?}"
    );

    let mut upgraded = world.clone();
    upgraded.grammars.upgrade = true;
    let records = upgraded.apply().records;
    assert_eq!(
        greetings(&records),
        fresh,
        "asked for, it is told with the newest"
    );
    for (address, record) in &records {
        let is_text = |name: &str| ["Subject", "Description", "Answer__c"].contains(&name);
        for (name, value) in record.fields.iter().filter(|(name, _)| !is_text(name)) {
            assert_eq!(
                told[address].fields.get(name),
                Some(value),
                "{address} {name}"
            );
        }
    }
    upgraded.grammars.upgrade = false;
    assert_eq!(upgraded.plan().records, records, "and keeps that one");
}

#[test]
fn a_name_that_changes_asks_for_few_texts_that_do_not_speak_of_it() {
    for level in LEVELS {
        let mut world = pack(40, level);
        let before = world.apply().records;
        let account = *world.inventory.accounts.keys().next().unwrap();
        world.inventory.accounts.get_mut(&account).unwrap().name = "Renamed".to_owned();
        let after = world.plan().records;
        let theirs = |address: &&Address| {
            let deal = world.inventory.opportunities.get(&address.root);
            deal.is_some_and(|deal| deal.account == Some(account))
        };
        let all = before.keys().filter(theirs).count();
        let written = before
            .iter()
            .filter(|(address, record)| after[*address].want != record.want);
        let written = written.count();
        assert!(written * 3 < all, "{written} of {all} with {level} texts");
    }
}
