//! Shared Activities: contacts, invitees and their copies.

use serde_json::{Value, json};

use super::TestOrg;

async fn ids(org: &TestOrg, soql: &str) -> Vec<String> {
    let body = org.query(soql).await;
    let records = body["records"].as_array().unwrap();
    records
        .iter()
        .map(|record| record["Id"].as_str().unwrap().to_owned())
        .collect()
}

async fn event(org: &TestOrg, more: Value) -> String {
    let mut body = json!({
        "Subject": "Review", "StartDateTime": "2026-11-30T10:00:00Z", "EndDateTime": "2026-11-30T11:00:00Z",
    });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    org.create("Event", &body).await
}

#[tokio::test]
async fn contacts_of_an_event() {
    let org = TestOrg::start().await;
    let contacts = ids(&org, "SELECT Id FROM Contact LIMIT 4").await;
    let opportunity = ids(&org, "SELECT Id FROM Opportunity LIMIT 1")
        .await
        .remove(0);
    let id = event(
        &org,
        json!({"WhatId": opportunity, "EventWhoIds": [contacts[1], contacts[0]]}),
    )
    .await;
    let path = format!("sobjects/Event/{id}");
    let found = org.get(&path).await.1;
    assert_eq!(found["WhoId"], contacts[1].as_str());
    assert_eq!(found["EventWhoIds"], json!([contacts[1], contacts[0]]));
    assert_eq!(found["WhoCount"], 2);
    // Another WhoId takes the place of the former, the other contact stays.
    org.patch(&path, &json!({"WhoId": contacts[2]})).await;
    assert_eq!(
        org.get(&path).await.1["EventWhoIds"],
        json!([contacts[2], contacts[0]])
    );
    org.patch(&path, &json!({"EventWhoIds": [contacts[3]]}))
        .await;
    let found = org.get(&path).await.1;
    assert_eq!(
        (&found["WhoId"], &found["EventWhoIds"]),
        (&json!(contacts[3]), &json!([contacts[3]]))
    );
    let relations = format!("SELECT COUNT() FROM EventRelation WHERE EventId = '{id}'");
    assert_eq!(org.query(&relations).await["totalSize"], 2);
    assert_eq!(org.send("DELETE", &path, None).await.0, 204);
    assert_eq!(org.query(&relations).await["totalSize"], 0);
}

#[tokio::test]
async fn a_deleted_event_lets_go_of_what_it_was_about() {
    let org = TestOrg::start().await;
    let opportunity = ids(&org, "SELECT Id FROM Opportunity LIMIT 1")
        .await
        .remove(0);
    let id = event(&org, json!({"WhatId": opportunity})).await;
    org.send("DELETE", &format!("sobjects/Event/{id}"), None)
        .await;
    let soql = format!("SELECT WhatId, IsDeleted FROM Event WHERE Id = '{id}'");
    let (_, body) = org
        .get(&format!("queryAll?q={}", super::encode(&soql)))
        .await;
    assert_eq!(
        (
            &body["records"][0]["WhatId"],
            &body["records"][0]["IsDeleted"]
        ),
        (&Value::Null, &json!(true))
    );
}

#[tokio::test]
async fn an_invited_user_gets_a_copy() {
    let org = TestOrg::start().await;
    let users = ids(&org, "SELECT Id FROM User WHERE IsActive = true LIMIT 2").await;
    let id = event(&org, json!({"OwnerId": users[0], "Demo_Key__c": "ev-1"})).await;
    let invitation = json!({"EventId": id, "RelationId": users[1], "IsInvitee": true});
    let relation = org.create("EventRelation", &invitation).await;
    assert_eq!(org.post("sobjects/EventRelation", &invitation).await.0, 400);
    let child = format!(
        "SELECT Id, StartDateTime, IsChild, Demo_Key__c FROM Event WHERE OwnerId = '{}'",
        users[1]
    );
    let copy = org.query(&child).await["records"][0].clone();
    assert_eq!(
        (&copy["IsChild"], &copy["Demo_Key__c"]),
        (&json!(true), &Value::Null)
    );
    // The copy follows its event, and cannot be moved alone.
    org.patch(
        &format!("sobjects/Event/{id}"),
        &json!({"StartDateTime": "2026-11-30T15:00:00Z"}),
    )
    .await;
    assert_eq!(
        org.value(&child, "StartDateTime").await,
        "2026-11-30T15:00:00.000+0000"
    );
    let copy_path = format!("sobjects/Event/{}", copy["Id"].as_str().unwrap());
    assert_eq!(
        org.patch(&copy_path, &json!({"Subject": "Mine"})).await.0,
        400
    );
    assert_eq!(
        org.patch(&copy_path, &json!({"IsReminderSet": false}))
            .await
            .0,
        204
    );
    // Uninvited, the copy goes; with the event go its relations and copies.
    assert_eq!(
        org.send(
            "DELETE",
            &format!("sobjects/EventRelation/{relation}"),
            None
        )
        .await
        .0,
        204
    );
    assert_eq!(org.query(&child).await["totalSize"], 0);
    org.create(
        "EventRelation",
        &json!({"EventId": id, "RelationId": users[1]}),
    )
    .await;
    assert_eq!(org.query(&child).await["totalSize"], 1);
    org.send("DELETE", &format!("sobjects/Event/{id}"), None)
        .await;
    assert_eq!(org.query(&child).await["totalSize"], 0);
}

#[tokio::test]
async fn further_contacts_of_a_task() {
    let org = TestOrg::start().await;
    let contacts = ids(&org, "SELECT Id FROM Contact LIMIT 2").await;
    let task = org.create("Task", &json!({"Subject": "Mail"})).await;
    for contact in &contacts {
        org.create(
            "TaskRelation",
            &json!({"TaskId": task, "RelationId": contact}),
        )
        .await;
    }
    let found = org.get(&format!("sobjects/Task/{task}")).await.1;
    assert_eq!(
        (&found["WhoId"], &found["TaskWhoIds"]),
        (&json!(contacts[0]), &json!(contacts))
    );
}

#[tokio::test]
async fn the_account_follows_the_opportunity() {
    let org = TestOrg::start().await;
    let accounts = ids(&org, "SELECT Id FROM Account LIMIT 2").await;
    let deal =
        json!({"Name": "A", "StageName": "B", "CloseDate": "2026-12-01", "AccountId": accounts[0]});
    let deal = org.create("Opportunity", &deal).await;
    let task = org
        .create(
            "Task",
            &json!({"WhatId": deal, "Status": "Completed", "ActivityDate": "2026-11-20"}),
        )
        .await;
    org.patch(
        &format!("sobjects/Opportunity/{deal}"),
        &json!({"AccountId": accounts[1]}),
    )
    .await;
    let soql = format!("SELECT Account.Id FROM Task WHERE Id = '{task}'");
    assert_eq!(
        org.value(&soql, "Account").await["Id"],
        accounts[1].as_str()
    );
    let soql = format!("SELECT LastActivityDate FROM Opportunity WHERE Id = '{deal}'");
    assert_eq!(org.value(&soql, "LastActivityDate").await, "2026-11-20");
}
