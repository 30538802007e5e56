//! Emails as records: their people, their task, and what may be changed of them.

use serde_json::{Value, json};

use super::{TestOrg, encode};
use crate::embedded_org::{Feature, Features};

/// An org, and a deal, two contacts and the user to write emails about and to.
struct Office {
    org: TestOrg,
    deal: String,
    contacts: [String; 2],
    user: String,
}

impl Office {
    async fn open(org: TestOrg) -> Self {
        let deal = id(&org, "SELECT Id FROM Opportunity ORDER BY Id LIMIT 1").await;
        let contacts = [
            id(
                &org,
                "SELECT Id FROM Contact WHERE Email != null ORDER BY Id LIMIT 1",
            )
            .await,
            id(
                &org,
                "SELECT Id FROM Contact WHERE Email != null ORDER BY Id DESC LIMIT 1",
            )
            .await,
        ];
        let user = id(&org, "SELECT Id FROM User WHERE IsActive = true LIMIT 1").await;
        Self {
            org,
            deal,
            contacts,
            user,
        }
    }

    /// Creates an email that was sent to both contacts, with these fields besides.
    async fn sent(&self, more: Value) -> String {
        let mut body = json!({
            "Subject": "Next steps", "TextBody": "Dear all", "Status": "3",
            "MessageDate": "2026-11-20T10:00:00Z", "RelatedToId": self.deal, "FromId": self.user,
            "FromAddress": "me@larkfield.example", "ToIds": [self.contacts[1], self.contacts[0]],
        });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.org.create("EmailMessage", &body).await
    }

    async fn read(&self, email: &str) -> Value {
        let (status, body) = self
            .org
            .get(&format!("sobjects/EmailMessage/{email}"))
            .await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn task_of(&self, email: &str) -> Value {
        let task = self.read(email).await["ActivityId"].clone();
        let path = format!("sobjects/Task/{}", task.as_str().unwrap());
        self.org.get(&path).await.1
    }

    /// Changes an email; gives the code of the error, if any.
    async fn edit(&self, email: &str, fields: Value) -> Option<String> {
        let path = format!("sobjects/EmailMessage/{email}");
        let (_, body) = self.org.patch(&path, &fields).await;
        body[0]["errorCode"].as_str().map(str::to_owned)
    }

    async fn delete(&self, object: &str, id: &str) {
        let path = format!("sobjects/{object}/{id}");
        assert_eq!(self.org.send("DELETE", &path, None).await.0, 204);
    }

    async fn count(&self, soql: &str) -> u64 {
        self.org.query(soql).await["totalSize"].as_u64().unwrap()
    }
}

async fn id(org: &TestOrg, soql: &str) -> String {
    let id = org.value(soql, "Id").await;
    id.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_email_is_logged_as_a_task() {
    let office = Office::open(TestOrg::start().await).await;
    let email = office.sent(json!({})).await;
    assert!(email.starts_with("02s"));
    let read = office.read(&email).await;
    let [second, first] = &office.contacts;
    assert_eq!(read["ToIds"], json!([first, second]));
    assert_eq!(
        (&read["Name"], &read["Incoming"]),
        (&json!("Next steps"), &json!(false))
    );
    let task = office.task_of(&email).await;
    let expect = json!({
        "Subject": "Next steps", "Description": "Dear all", "Status": "Completed", "IsClosed": true,
        "TaskSubtype": "Email", "ActivityDate": "2026-11-20", "WhatId": office.deal, "WhoId": first,
        "TaskWhoIds": [first, second], "Demo_Key__c": null,
    });
    for (field, value) in expect.as_object().unwrap() {
        assert_eq!(&task[field], value, "{field}");
    }
}

#[tokio::test]
async fn an_email_that_came_in_is_of_its_sender() {
    let office = Office::open(TestOrg::start().await).await;
    let [first, second] = &office.contacts;
    let email = office
        .sent(json!({"Incoming": true, "Status": "1", "FromId": second, "ToIds": [office.user, first]}))
        .await;
    assert_eq!(office.task_of(&email).await["WhoId"], second.as_str());
    let soql = format!(
        "SELECT RelationType, RelationId, RelationAddress, Relation.Name, RelationObjectType \
         FROM EmailMessageRelation WHERE EmailMessageId = '{email}' ORDER BY Id"
    );
    let relations = office.org.query(&soql).await["records"].clone();
    let column = |field: &str| -> Vec<Value> {
        let rows = relations.as_array().unwrap();
        rows.iter().map(|row| row[field].clone()).collect()
    };
    assert_eq!(
        column("RelationType"),
        ["FromAddress", "ToAddress", "ToAddress"]
    );
    assert_eq!(column("RelationObjectType"), ["Contact", "User", "Contact"]);
    assert_eq!(column("RelationId"), [second.as_str(), &office.user, first]);
    assert_eq!(column("RelationAddress")[0], "me@larkfield.example");
    assert!(column("RelationAddress").iter().all(Value::is_string));
    let more = json!({"EmailMessageId": email, "RelationType": "OtherAddress"});
    assert_eq!(
        office
            .org
            .post("sobjects/EmailMessageRelation", &more)
            .await
            .0,
        400
    );
    let more =
        json!({"EmailMessageId": email, "RelationType": "OtherAddress", "RelationId": first});
    office.org.create("EmailMessageRelation", &more).await;
    assert_eq!(
        office.read(&email).await["ToIds"],
        json!([office.user, first])
    );
}

#[tokio::test]
async fn only_a_draft_can_be_rewritten() {
    let office = Office::open(TestOrg::start().await).await;
    let sent = office.sent(json!({"Demo_Key__c": "em-1"})).await;
    let readonly = Some("INSUFFICIENT_ACCESS_OR_READONLY".to_owned());
    for fields in [
        json!({"Subject": "Other"}),
        json!({"MessageDate": "2026-11-21T10:00:00Z"}),
        json!({"ToIds": []}),
        json!({"Status": "1"}),
        json!({"RelatedToId": null}),
        json!({"Demo_Key__c": "em-2", "ThreadIdentifier": "a"}),
    ] {
        assert_eq!(
            office.edit(&sent, fields.clone()).await,
            readonly,
            "{fields}"
        );
    }
    let not_writable = Some("INVALID_FIELD_FOR_INSERT_UPDATE".to_owned());
    assert_eq!(
        office.edit(&sent, json!({"ActivityId": null})).await,
        not_writable
    );
    assert_eq!(
        office.edit(&sent, json!({"Incoming": true})).await,
        not_writable
    );
    let allowed = json!({"Demo_Key__c": "em-2", "IsExternallyVisible": true});
    assert_eq!(office.edit(&sent, allowed).await, None);
    // A client that manages its emails may relate them to others.
    let managed = office.sent(json!({"IsClientManaged": true})).await;
    let other = json!({"ToIds": [office.contacts[0]], "RelatedToId": null});
    assert_eq!(office.edit(&managed, other).await, None);
    assert_eq!(
        office.read(&managed).await["ToIds"],
        json!([office.contacts[0]])
    );
    // A draft has no task until it is sent.
    let draft = office.sent(json!({"Status": "5"})).await;
    assert_eq!(office.read(&draft).await["ActivityId"], Value::Null);
    assert_eq!(
        office
            .edit(&draft, json!({"Subject": "Better", "Status": "3"}))
            .await,
        None
    );
    assert_eq!(office.task_of(&draft).await["Subject"], "Better");
    assert_eq!(
        office.edit(&draft, json!({"Subject": "Best"})).await,
        readonly
    );
}

#[tokio::test]
async fn the_task_goes_with_its_email_but_not_the_other_way() {
    let office = Office::open(TestOrg::start().await).await;
    let email = office.sent(json!({})).await;
    let task = office.task_of(&email).await["Id"]
        .as_str()
        .unwrap()
        .to_owned();
    office.delete("Task", &task).await;
    assert_eq!(office.read(&email).await["ActivityId"], Value::Null);
    // Any update makes it anew, under another id.
    assert_eq!(
        office.edit(&email, json!({"Demo_Key__c": "em-9"})).await,
        None
    );
    let again = office.task_of(&email).await["Id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(again, task);
    office.delete("EmailMessage", &email).await;
    let left = format!("SELECT Id FROM Task WHERE Id = '{again}'");
    assert_eq!(office.count(&left).await, 0);
    let relations = format!("SELECT Id FROM EmailMessageRelation WHERE EmailMessageId = '{email}'");
    assert_eq!(office.count(&relations).await, 0);
    let in_bin = format!("SELECT IsDeleted FROM EmailMessage WHERE Id = '{email}'");
    let (_, found) = office
        .org
        .get(&format!("queryAll?q={}", encode(&in_bin)))
        .await;
    assert_eq!(found["records"][0]["IsDeleted"], true);
    // With the deal goes all that is about it.
    let email = office.sent(json!({})).await;
    let task = office.task_of(&email).await["Id"]
        .as_str()
        .unwrap()
        .to_owned();
    office.delete("Opportunity", &office.deal).await;
    assert_eq!(
        office
            .count(&format!("SELECT Id FROM Task WHERE Id = '{task}'"))
            .await,
        0
    );
    assert_eq!(office.count("SELECT Id FROM EmailMessage").await, 0);
}

#[tokio::test]
async fn in_some_orgs_the_task_stays() {
    let office = Office::open(TestOrg::start_with(&[Feature::EmailTasksStay]).await).await;
    let email = office.sent(json!({})).await;
    let task = office.task_of(&email).await["Id"]
        .as_str()
        .unwrap()
        .to_owned();
    office.delete("EmailMessage", &email).await;
    assert_eq!(
        office
            .count(&format!("SELECT Id FROM Task WHERE Id = '{task}'"))
            .await,
        1
    );
}

#[tokio::test]
async fn emails_are_asked_for() {
    let office = Office::open(TestOrg::start().await).await;
    let first = office
        .sent(json!({"MessageIdentifier": "<a@x.invalid>", "ThreadIdentifier": "<a@x.invalid>"}))
        .await;
    let reply = json!({"ReplyToEmailMessageId": first, "ThreadIdentifier": "<a@x.invalid>", "Subject": "Re: Next steps"});
    let reply = office.sent(reply).await;
    let soql = "SELECT Id, RelatedTo.Name, ReplyToEmailMessage.Subject, Activity.Subject FROM EmailMessage \
                WHERE ThreadIdentifier = '<a@x.invalid>' AND RelatedTo.Type = 'Opportunity' \
                AND ReplyToEmailMessageId != null";
    let found = office.org.query(soql).await["records"][0].clone();
    assert_eq!(found["Id"], reply.as_str());
    assert_eq!(found["ReplyToEmailMessage"]["Subject"], "Next steps");
    assert_eq!(found["Activity"]["Subject"], "Re: Next steps");
    assert!(found["RelatedTo"]["Name"].is_string());
    let of_deals = format!(
        "SELECT (SELECT Id FROM Emails) FROM Opportunity WHERE Id = '{}'",
        office.deal
    );
    assert_eq!(office.org.value(&of_deals, "Emails").await["totalSize"], 2);
    // Found by its own key, as upsert does.
    let path = format!(
        "sobjects/EmailMessage/MessageIdentifier/{}",
        encode("<a@x.invalid>")
    );
    assert_eq!(office.org.get(&path).await.1["Id"], first.as_str());
    for refused in ["ToIds = '003'", "TextBody = 'a'"] {
        let soql = format!("SELECT Id FROM EmailMessage WHERE {refused}");
        assert_eq!(
            office
                .org
                .get(&format!("query?q={}", encode(&soql)))
                .await
                .0,
            400,
            "{refused}"
        );
    }
    let (_, described) = office.org.get("sobjects/EmailMessage/describe").await;
    let fields = described["fields"].as_array().unwrap();
    let lists = fields
        .iter()
        .filter(|field| field["type"] == "junctionIdList");
    assert_eq!(lists.count(), 3);
    assert_eq!(described["keyPrefix"], "02s");
}

#[tokio::test]
async fn bad_people_are_refused() {
    let office = Office::open(TestOrg::start().await).await;
    for (to, expect) in [
        (json!([office.deal]), "MALFORMED_ID"),
        (json!(["003000000000001AAA"]), "INVALID_CROSS_REFERENCE_KEY"),
    ] {
        let body = json!({"Status": "3", "ToIds": to});
        let (status, reply) = office.org.post("sobjects/EmailMessage", &body).await;
        assert_eq!((status, &reply[0]["errorCode"]), (400, &json!(expect)));
        assert_eq!(office.count("SELECT Id FROM EmailMessage").await, 0);
    }
    let body = json!({"Status": "9"});
    let (_, reply) = office.org.post("sobjects/EmailMessage", &body).await;
    assert_eq!(
        reply[0]["errorCode"],
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    );
}

#[tokio::test]
async fn long_emails_take_their_room() {
    let office = Office::open(TestOrg::start().await).await;
    let left = async || {
        office.org.get("limits").await.1["DataStorageMB"]["Remaining"]
            .as_u64()
            .unwrap()
    };
    let before = left().await;
    for _ in 0..25 {
        office.sent(json!({"TextBody": "x".repeat(130_000)})).await;
    }
    assert!(before - left().await >= 3, "{before}");
}

#[tokio::test]
async fn an_org_without_enhanced_email_has_no_emails() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("org.sqlite");
    let features = Features::of(&[], &[Feature::EnhancedEmail]);
    crate::embedded_org::reset(&data, false, features, super::clock()).unwrap();
    let org = TestOrg::start_in(folder).await;
    assert_eq!(org.get("sobjects/EmailMessage/describe").await.0, 404);
    let (_, all) = org.get("sobjects").await;
    assert!(!all.to_string().contains("EmailMessage"));
}
