//! The rules of saving records, one row a rule.

use serde_json::{Value, json};

use super::TestOrg;

/// What a body may name: records of the sample company.
struct Fixture {
    org: TestOrg,
    opportunity: Value,
    account: Value,
    contact: Value,
    inactive: Value,
}

impl Fixture {
    async fn new() -> Self {
        let org = TestOrg::start().await;
        Self {
            opportunity: org.value("SELECT Id FROM Opportunity LIMIT 1", "Id").await,
            account: org.value("SELECT Id FROM Account LIMIT 1", "Id").await,
            contact: org.value("SELECT Id FROM Contact LIMIT 1", "Id").await,
            inactive: org
                .value("SELECT Id FROM User WHERE IsActive = false", "Id")
                .await,
            org,
        }
    }

    /// Creates a record that is refused; the error reads `status CODE message [fields]`.
    async fn refuses(&self, object: &str, body: Value, expect: &str) {
        let (status, reply) = self.org.post(&format!("sobjects/{object}"), &body).await;
        let error = &reply[0];
        let fields = match &error["fields"] {
            Value::Null => String::new(),
            fields => format!(" {fields}"),
        };
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        let found = format!("{status} {} {}{fields}", text("errorCode"), text("message"));
        assert_eq!(found, expect, "{object} {body}");
    }

    /// A scorecard of the opportunity, and an answer of it that names the contact.
    async fn scorecard(&self) -> (String, String) {
        let body = json!({"Opportunity__c": self.opportunity, "Demo_Key__c": "sc"});
        let scorecard = self.creates("Demo_Scorecard__c", body).await;
        assert_eq!(scorecard["Name"], "SC-0001");
        let body = json!({"Scorecard__c": scorecard["Id"], "Contact__c": self.contact});
        let answer = self.org.create("Demo_Scorecard_Answer__c", &body).await;
        (scorecard["Id"].as_str().unwrap().to_owned(), answer)
    }

    async fn deletes(&self, object: &str, id: &Value) -> u16 {
        let path = format!("sobjects/{object}/{}", id.as_str().unwrap());
        self.org.send("DELETE", &path, None).await.0
    }

    async fn is_deleted(&self, object: &str, id: &str) -> bool {
        let soql = format!("SELECT Id FROM {object} WHERE Id = '{id}' AND IsDeleted = true");
        let path = format!("queryAll?q={}", super::encode(&soql));
        self.org.get(&path).await.1["totalSize"] == 1
    }

    /// Creates a record and gives it back with all its fields.
    async fn creates(&self, object: &str, body: Value) -> Value {
        let id = self.org.create(object, &body).await;
        self.org.get(&format!("sobjects/{object}/{id}")).await.1
    }
}

#[tokio::test]
async fn what_no_record_may_hold() {
    let it = Fixture::new().await;
    it.refuses(
        "Contact",
        json!({"FirstName": "A"}),
        "400 REQUIRED_FIELD_MISSING Required fields are missing: [LastName] [\"LastName\"]",
    )
    .await;
    it.refuses("Opportunity", json!({"Name": "A"}),
        "400 REQUIRED_FIELD_MISSING Required fields are missing: [StageName, CloseDate] [\"StageName\",\"CloseDate\"]").await;
    it.refuses(
        "Account",
        json!({"Name": "A", "foo": 1}),
        "400 INVALID_FIELD No such column 'foo' on sobject of type Account",
    )
    .await;
    it.refuses("Opportunity", json!({"Name": "A", "StageName": "B", "CloseDate": "2026-12-01", "IsClosed": true}),
        "400 INVALID_FIELD_FOR_INSERT_UPDATE Unable to create/update fields: IsClosed. Please check the security settings of this field and verify that it is read/write for your profile or permission set. [\"IsClosed\"]").await;
    it.refuses("Account", json!({"Name": "A", "CreatedDate": "2026-01-01T00:00:00Z"}),
        "400 INVALID_FIELD_FOR_INSERT_UPDATE Unable to create/update fields: CreatedDate. Please check the security settings of this field and verify that it is read/write for your profile or permission set. [\"CreatedDate\"]").await;
    it.refuses(
        "Account",
        json!({"Name": "A", "Id": "001000000000001AAA"}),
        "400 INVALID_FIELD The Id field should not be specified in the sobject data. [\"Id\"]",
    )
    .await;
    it.refuses(
        "Nothing",
        json!({}),
        "404 NOT_FOUND The requested resource does not exist",
    )
    .await;
    it.refuses(
        "Profile",
        json!({}),
        "400 INVALID_TYPE_FOR_OPERATION entity type Profile does not support create []",
    )
    .await;
}

#[tokio::test]
async fn what_references_must_lead_to() {
    let it = Fixture::new().await;
    let (contact, inactive) = (&it.contact, &it.inactive);
    it.refuses(
        "Task",
        json!({"WhatId": contact}),
        &format!(
            "400 MALFORMED_ID Related To ID: id value of incorrect type: {} [\"WhatId\"]",
            contact.as_str().unwrap()
        ),
    )
    .await;
    it.refuses(
        "Contact",
        json!({"LastName": "A", "AccountId": "001000000000001"}),
        "400 INVALID_CROSS_REFERENCE_KEY invalid cross reference id []",
    )
    .await;
    it.refuses("Task", json!({"OwnerId": inactive}),
        &format!("400 INACTIVE_OWNER_OR_USER operation performed with inactive user [{}] as owner of task []", inactive.as_str().unwrap())).await;
    let gone = it.org.create("Contact", &json!({"LastName": "Gone"})).await;
    it.org
        .send("DELETE", &format!("sobjects/Contact/{gone}"), None)
        .await;
    it.refuses(
        "Task",
        json!({"WhoId": gone}),
        "404 ENTITY_IS_DELETED entity is deleted []",
    )
    .await;
}

#[tokio::test]
async fn keys_are_unique_over_events_and_tasks_and_case_sensitive() {
    let it = Fixture::new().await;
    let task = it.org.create("Task", &json!({"Demo_Key__c": "a"})).await;
    let event = json!({"StartDateTime": "2026-11-30T10:00:00Z", "DurationInMinutes": 30, "Demo_Key__c": "a"});
    let duplicate = format!(
        "400 DUPLICATE_VALUE duplicate value found: Demo_Key__c duplicates value on record with id: {task} []"
    );
    it.refuses("Event", event.clone(), &duplicate).await;
    it.org.create("Task", &json!({"Demo_Key__c": "A"})).await;
    // A recycled record keeps its key.
    it.org
        .send("DELETE", &format!("sobjects/Task/{task}"), None)
        .await;
    it.refuses("Event", event, &duplicate).await;
}

#[tokio::test]
async fn the_times_of_events() {
    let it = Fixture::new().await;
    let duration =
        "400 FIELD_INTEGRITY_EXCEPTION Duration must be between 0 and 1440 minutes: Duration";
    it.refuses("Event", json!({"Subject": "A"}),
        "400 REQUIRED_FIELD_MISSING Required fields are missing: [StartDateTime] [\"StartDateTime\"]").await;
    it.refuses(
        "Event",
        json!({"StartDateTime": "2026-11-30T10:00:00Z"}),
        "400 REQUIRED_FIELD_MISSING Required fields are missing: [EndDateTime] [\"EndDateTime\"]",
    )
    .await;
    it.refuses(
        "Event",
        json!({"StartDateTime": "2026-11-30T10:00:00Z", "EndDateTime": "2026-11-30T09:00:00Z"}),
        &format!("{duration} [\"EndDateTime\"]"),
    )
    .await;
    it.refuses(
        "Event",
        json!({"StartDateTime": "2026-11-30T10:00:00Z", "DurationInMinutes": 1441}),
        &format!("{duration} [\"DurationInMinutes\"]"),
    )
    .await;
    it.refuses("Event", json!({"StartDateTime": "2026-11-30T10:00:00Z", "EndDateTime": "2026-11-30T11:00:00Z", "DurationInMinutes": 30}),
        &format!("{duration} [\"DurationInMinutes\"]")).await;
    it.refuses("Event", json!({"StartDateTime": "2026-11-30T10:00:00Z", "ActivityDateTime": "2026-11-30T11:00:00Z", "DurationInMinutes": 30}),
        "400 FIELD_INTEGRITY_EXCEPTION Due Date Time must equal Start Date Time or be null [\"ActivityDateTime\"]").await;
    it.refuses("Event", json!({"StartDateTime": "2026-11-30T10:00:00Z", "DurationInMinutes": 30, "IsPrivate": true, "WhatId": it.account}),
        "400 FIELD_INTEGRITY_EXCEPTION Private: a private event cannot be related to other records [\"IsPrivate\"]").await;
    let event = it
        .creates(
            "Event",
            json!({"ActivityDateTime": "2026-11-30T10:00:00Z", "DurationInMinutes": 45}),
        )
        .await;
    assert_eq!(event["StartDateTime"], "2026-11-30T10:00:00.000+0000");
    assert_eq!(event["EndDateTime"], "2026-11-30T10:45:00.000+0000");
    assert_eq!(
        (&event["ActivityDate"], &event["EndDate"]),
        (&json!("2026-11-30"), &json!("2026-11-30"))
    );
    assert_eq!(
        (&event["ShowAs"], &event["EventSubtype"]),
        (&json!("Busy"), &json!("Event"))
    );
    let day = it
        .creates(
            "Event",
            json!({"IsAllDayEvent": true, "ActivityDate": "2026-11-30"}),
        )
        .await;
    assert_eq!(day["StartDateTime"], "2026-11-30T00:00:00.000+0000");
    assert_eq!(
        (&day["DurationInMinutes"], &day["EndDate"]),
        (&json!(1440), &json!("2026-11-30"))
    );
}

#[tokio::test]
async fn what_a_status_implies() {
    let it = Fixture::new().await;
    let task = it
        .creates("Task", json!({"Subject": "A", "WhatId": it.opportunity}))
        .await;
    assert_eq!(
        (&task["Status"], &task["IsClosed"]),
        (&json!("Not Started"), &json!(false))
    );
    assert_eq!(
        (&task["Priority"], &task["TaskSubtype"]),
        (&json!("Normal"), &json!("Task"))
    );
    assert_eq!(task["AccountId"], it.account);
    let path = format!("sobjects/Task/{}", task["Id"].as_str().unwrap());
    it.org
        .patch(&path, &json!({"Status": "completed", "Priority": "High"}))
        .await;
    let task = it.org.get(&path).await.1;
    assert_eq!(
        (&task["IsClosed"], &task["IsHighPriority"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(task["CompletedDateTime"], "2026-11-22T12:00:00.000+0000");
    let (_, error) = it.org.patch(&path, &json!({"TaskSubtype": "Email"})).await;
    assert_eq!(error[0]["errorCode"], "INVALID_FIELD_FOR_INSERT_UPDATE");
    it.org.patch(&path, &json!({"Status": "Deferred"})).await;
    assert_eq!(it.org.get(&path).await.1["CompletedDateTime"], Value::Null);
    it.refuses("Task", json!({"CallType": "Foo"}),
        "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Call Type: bad value for restricted picklist field: Foo [\"CallType\"]").await;
}

/// The roles of a deal: whose, and whether it is the primary.
async fn primaries(it: &Fixture, deal: &str) -> Vec<(String, bool)> {
    let soql = format!(
        "SELECT Id, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = '{deal}' ORDER BY Id"
    );
    let roles = it.org.query(&soql).await;
    let roles = roles["records"].as_array().unwrap().iter();
    roles
        .map(|role| {
            (
                role["Id"].as_str().unwrap().to_owned(),
                role["IsPrimary"] == true,
            )
        })
        .collect()
}

#[tokio::test]
async fn a_deal_has_one_primary_contact() {
    let it = Fixture::new().await;
    let deal = json!({"Name": "A", "StageName": "Prospecting", "CloseDate": "2026-12-01", "ContactId": it.contact});
    let deal = it.creates("Opportunity", deal).await["Id"]
        .as_str()
        .unwrap()
        .to_owned();
    let role = json!({"OpportunityId": deal, "ContactId": it.contact, "IsPrimary": true});
    let second = it.creates("OpportunityContactRole", role).await;
    let second = second["Id"].as_str().unwrap();
    let flags = |roles: &[(String, bool)]| roles.iter().map(|(_, is)| *is).collect::<Vec<_>>();
    let roles = primaries(&it, &deal).await;
    assert_eq!(flags(&roles), [false, true]);
    let first = format!("sobjects/OpportunityContactRole/{}", roles[0].0);
    it.org.patch(&first, &json!({"IsPrimary": true})).await;
    assert_eq!(flags(&primaries(&it, &deal).await), [true, false]);
    let second = format!("sobjects/OpportunityContactRole/{second}");
    it.org.patch(&second, &json!({"Role": "Evaluator"})).await;
    assert_eq!(flags(&primaries(&it, &deal).await), [true, false]);
}

#[tokio::test]
async fn what_a_stage_implies() {
    let it = Fixture::new().await;
    let body = json!({"Name": "A", "StageName": "Value Proposition", "CloseDate": "2026-12-01", "Amount": 100, "ContactId": it.contact});
    let deal = it.creates("Opportunity", body).await;
    assert_eq!(
        (&deal["Probability"], &deal["ExpectedRevenue"]),
        (&json!(50.0), &json!(50.0))
    );
    assert_eq!(
        (&deal["IsClosed"], &deal["ForecastCategoryName"]),
        (&json!(false), &json!("Pipeline"))
    );
    assert_eq!(
        (&deal["Fiscal"], &deal["LastStageChangeDate"]),
        (&json!("2026 4"), &Value::Null)
    );
    let id = deal["Id"].as_str().unwrap();
    let role = it
        .org
        .query(&format!(
            "SELECT ContactId, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = '{id}'"
        ))
        .await;
    assert_eq!(
        (
            &role["records"][0]["ContactId"],
            &role["records"][0]["IsPrimary"]
        ),
        (&it.contact, &json!(true))
    );
    let path = format!("sobjects/Opportunity/{id}");
    it.org
        .patch(&path, &json!({"StageName": "Closed Won"}))
        .await;
    let deal = it.org.get(&path).await.1;
    assert_eq!(
        (
            &deal["IsWon"],
            &deal["Probability"],
            &deal["ForecastCategory"]
        ),
        (&json!(true), &json!(100.0), &json!("Closed"))
    );
    it.org
        .patch(&path, &json!({"StageName": "Our Own", "Probability": 33}))
        .await;
    let deal = it.org.get(&path).await.1;
    assert_eq!(
        (&deal["IsClosed"], &deal["Probability"]),
        (&json!(false), &json!(33.0))
    );
}

#[tokio::test]
async fn what_a_contact_takes_along() {
    let it = Fixture::new().await;
    let (scorecard, answer) = it.scorecard().await;
    let lone = it.org.create("Task", &json!({"WhoId": it.contact})).await;
    let body = json!({"WhoId": it.contact, "WhatId": it.opportunity});
    let shared = it.org.create("Task", &body).await;
    assert_eq!(it.deletes("Contact", &it.contact).await, 204);
    assert!(it.is_deleted("Task", &lone).await);
    assert!(!it.is_deleted("Task", &shared).await);
    let soql = format!("SELECT WhoId FROM Task WHERE Id = '{shared}'");
    assert_eq!(it.org.value(&soql, "WhoId").await, Value::Null);
    let soql = format!("SELECT Contact__c FROM Demo_Scorecard_Answer__c WHERE Id = '{answer}'");
    assert_eq!(it.org.value(&soql, "Contact__c").await, Value::Null);
    assert!(!it.is_deleted("Demo_Scorecard__c", &scorecard).await);
}

#[tokio::test]
async fn what_an_opportunity_and_an_account_take_along() {
    let it = Fixture::new().await;
    let (scorecard, answer) = it.scorecard().await;
    let task = it
        .org
        .create("Task", &json!({"WhatId": it.opportunity}))
        .await;
    assert_eq!(it.deletes("Opportunity", &it.opportunity).await, 204);
    for (object, id) in [
        ("Task", &task),
        ("Demo_Scorecard__c", &scorecard),
        ("Demo_Scorecard_Answer__c", &answer),
    ] {
        assert!(it.is_deleted(object, id).await, "{object}");
    }
    assert_eq!(it.deletes("Opportunity", &it.opportunity).await, 404);
    // This account has a won deal of someone else.
    assert_eq!(it.deletes("Account", &it.account).await, 400);
    let account = it.org.create("Account", &json!({"Name": "A"})).await;
    let contact = it
        .org
        .create("Contact", &json!({"LastName": "B", "AccountId": account}))
        .await;
    assert_eq!(it.deletes("Account", &json!(account)).await, 204);
    assert!(it.is_deleted("Contact", &contact).await);
}

#[tokio::test]
async fn upserts_by_key() {
    let org = TestOrg::start().await;
    let path = "sobjects/Task/Demo_Key__c/tk-1";
    let (status, made) = org.patch(path, &json!({"Subject": "A"})).await;
    assert_eq!((status, &made["created"]), (201, &json!(true)));
    let (status, again) = org
        .patch(path, &json!({"Subject": "B", "Demo_Key__c": "tk-1"}))
        .await;
    assert_eq!(
        (status, &again["created"], &again["id"]),
        (200, &json!(false), &made["id"])
    );
    assert_eq!(org.get(path).await.1["Subject"], "B");
    assert_eq!(
        org.patch(path, &json!({"Demo_Key__c": "tk-2"})).await.0,
        400
    );
    let (status, error) = org.patch("sobjects/Task/Subject/x", &json!({})).await;
    assert_eq!(
        (status, error[0]["message"].as_str()),
        (
            404,
            Some("Provided external ID field does not exist or is not accessible: Subject")
        )
    );
    assert_eq!(
        org.patch("sobjects/Task/Demo_Key__c/tk-9?updateOnly=true", &json!({}))
            .await
            .0,
        404
    );
    for key in ["r1", "r1"] {
        org.create("Task", &json!({"Demo_Run__c": key})).await;
    }
    let (status, urls) = org.get("sobjects/Task/Demo_Run__c/r1").await;
    assert_eq!((status, urls.as_array().map(Vec::len)), (300, Some(2)));
    let record = json!({"attributes": {"type": "Task"}, "Demo_Key__c": "tk-7"});
    let (_, results) = org
        .patch(
            "composite/sobjects/Task/Demo_Key__c",
            &json!({"records": [record, record]}),
        )
        .await;
    assert_eq!(
        results[0]["errors"][0]["message"],
        "Duplicate external id specified: tk-7"
    );
    assert_eq!(results[1]["success"], false);
}

#[tokio::test]
async fn all_or_none_undoes_what_was_good() {
    let org = TestOrg::start().await;
    let records = json!([
        {"attributes": {"type": "Task"}, "Subject": "good"},
        {"attributes": {"type": "Contact"}, "FirstName": "bad"},
    ]);
    for (all_or_none, made, code) in [
        (true, 0, "ALL_OR_NONE_OPERATION_ROLLED_BACK"),
        (false, 1, ""),
    ] {
        let body = json!({"allOrNone": all_or_none, "records": records});
        let (status, results) = org.post("composite/sobjects", &body).await;
        assert_eq!(status, 200);
        assert_eq!(
            results[0]["errors"][0]["statusCode"]
                .as_str()
                .unwrap_or_default(),
            code
        );
        assert_eq!(
            results[1]["errors"][0]["statusCode"],
            "REQUIRED_FIELD_MISSING"
        );
        assert!(results[1]["id"].is_null());
        let count = org
            .query("SELECT COUNT() FROM Task WHERE Subject = 'good'")
            .await;
        assert_eq!(count["totalSize"], made);
    }
    let many: Vec<_> = (0..201)
        .map(|_| json!({"attributes": {"type": "Task"}}))
        .collect();
    let (status, error) = org
        .post("composite/sobjects", &json!({"records": many}))
        .await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (400, &json!("EXCEEDED_ID_LIMIT"))
    );
}

#[tokio::test]
async fn no_account_comes_under_itself() {
    let org = TestOrg::start().await;
    let mut accounts: Vec<String> = Vec::new();
    for name in ["Top", "Middle", "Bottom"] {
        let body = json!({"Name": name, "ParentId": accounts.last()});
        accounts.push(org.create("Account", &body).await);
    }
    for (account, parent, expect) in [
        (0, Some(0), "400 CIRCULAR_DEPENDENCY"),
        (0, Some(1), "400 CIRCULAR_DEPENDENCY"),
        (0, Some(2), "400 CIRCULAR_DEPENDENCY"),
        (2, Some(0), "204 "),
        (1, Some(2), "204 "),
        (0, None, "204 "),
        (2, Some(1), "400 CIRCULAR_DEPENDENCY"),
    ] {
        let path = format!("sobjects/Account/{}", accounts[account]);
        let parent = parent.map(|parent: usize| &accounts[parent]);
        let (status, reply) = org.patch(&path, &json!({ "ParentId": parent })).await;
        let code = reply[0]["errorCode"].as_str().unwrap_or_default();
        assert_eq!(
            format!("{status} {code}"),
            expect,
            "{account} under {parent:?}"
        );
    }
}
