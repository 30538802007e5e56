//! Records, collections and pages, end to end.

use serde_json::json;

use super::TestOrg;

#[tokio::test]
async fn a_new_org_holds_the_sample_company() {
    let org = TestOrg::start().await;
    for (soql, expect) in [
        ("SELECT COUNT() FROM Opportunity", 30),
        ("SELECT COUNT() FROM User WHERE IsActive = true", 8),
        ("SELECT COUNT() FROM Account WHERE ParentId != null", 2),
        (
            "SELECT COUNT() FROM Contact WHERE Account.Name LIKE 'halvorsen%'",
            11,
        ),
        (
            "SELECT COUNT() FROM Opportunity WHERE Owner.IsActive = false",
            1,
        ),
        ("SELECT COUNT() FROM Opportunity WHERE IsWon = true", 4),
        (
            "SELECT COUNT() FROM Opportunity WHERE Omitted_from_Demo__c = true",
            1,
        ),
        ("SELECT COUNT() FROM EventRelation WHERE IsWhat = true", 4),
        (
            "SELECT COUNT() FROM Event WHERE What.Type = 'Opportunity'",
            4,
        ),
    ] {
        assert_eq!(org.query(soql).await["totalSize"], expect, "{soql}");
    }
}

#[tokio::test]
async fn records_are_created_read_changed_and_deleted() {
    let org = TestOrg::start().await;
    let opportunity = org.value("SELECT Id FROM Opportunity LIMIT 1", "Id").await;
    let (status, created) = org
        .post(
            "sobjects/event",
            &json!({
                "Subject": "Kick-off", "WhatId": opportunity, "startdatetime": "2026-11-30T15:00:00+02:00",
                "EndDateTime": "2026-11-30T14:00:00Z", "Demo_Key__c": "ev-1",
            }),
        )
        .await;
    assert_eq!(
        (status, &created["success"]),
        (201, &json!(true)),
        "{created}"
    );
    let path = format!("sobjects/Event/{}", created["id"].as_str().unwrap());
    let (_, event) = org.get(&path).await;
    assert_eq!(event["StartDateTime"], "2026-11-30T13:00:00.000+0000");
    assert_eq!(event["DurationInMinutes"], 60);
    assert_eq!(event["attributes"]["type"], "Event");
    assert_eq!(event["IsDeleted"], false);
    let (status, _) = org
        .patch(&path, &json!({"StartDateTime": "2026-11-30T16:00:00Z"}))
        .await;
    assert_eq!(status, 204);
    let (_, event) = org
        .get(&format!("{path}?fields=EndDateTime,SystemModstamp"))
        .await;
    assert_eq!(event["EndDateTime"], "2026-11-30T17:00:00.000+0000");
    assert_eq!(event["SystemModstamp"], "2026-11-22T12:00:00.001+0000");
    assert_eq!(org.send("DELETE", &path, None).await.0, 204);
    let (status, error) = org.get(&path).await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (404, &json!("ENTITY_IS_DELETED"))
    );
}

#[tokio::test]
async fn collections_and_pages() {
    let org = TestOrg::start().await;
    let opportunity = org.value("SELECT Id FROM Opportunity LIMIT 1", "Id").await;
    for lot in 0..11 {
        let records: Vec<_> = (0..200)
            .map(|number| {
                json!({
                    "attributes": {"type": "Task"}, "Subject": format!("Mail {lot}-{number}"), "WhatId": opportunity,
                    "Status": "Completed", "TaskSubtype": "Email", "ActivityDate": "2026-11-01",
                    "Demo_Key__c": format!("tk-{lot}-{number}"),
                })
            })
            .collect();
        let (status, results) = org
            .post("composite/sobjects", &json!({ "records": records }))
            .await;
        assert_eq!(status, 200, "{results}");
        assert!(
            results
                .as_array()
                .unwrap()
                .iter()
                .all(|it| it["success"] == true)
        );
    }
    let soql = "SELECT Id, Subject, What.Name FROM Task WHERE Demo_Key__c LIKE 'tk-%' ORDER BY Demo_Key__c";
    let first = org.query(soql).await;
    assert_eq!(
        (&first["totalSize"], &first["done"]),
        (&json!(2200), &json!(false))
    );
    assert_eq!(first["records"].as_array().unwrap().len(), 2000);
    let next = first["nextRecordsUrl"].as_str().unwrap();
    let next = next.strip_prefix("/services/data/v67.0/").unwrap();
    let (_, second) = org.get(next).await;
    assert_eq!(
        (&second["done"], second["records"].as_array().unwrap().len()),
        (&json!(true), 200)
    );
    assert_eq!(second["records"][199]["Subject"], "Mail 9-99");
    let ids: Vec<_> = second["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["Id"].clone())
        .collect();
    let body = json!({"ids": [ids[5], "00T000000000000AAA", ids[0]], "fields": ["Subject"]});
    let (_, found) = org.post("composite/sobjects/Task", &body).await;
    assert_eq!(found[0]["Subject"], second["records"][5]["Subject"]);
    assert!(found[1].is_null());
    assert_eq!(found[2]["Subject"], second["records"][0]["Subject"]);
}

#[tokio::test]
async fn relationships_are_followed_by_url() {
    let org = TestOrg::start().await;
    let deal = org
        .query("SELECT Id, Account.Name FROM Opportunity LIMIT 1")
        .await["records"][0]
        .clone();
    let path = format!("sobjects/Opportunity/{}", deal["Id"].as_str().unwrap());
    let (status, account) = org.get(&format!("{path}/Account?fields=Name")).await;
    assert_eq!((status, &account["Name"]), (200, &deal["Account"]["Name"]));
    let (status, roles) = org.get(&format!("{path}/OpportunityContactRoles")).await;
    assert_eq!((status, &roles["totalSize"]), (200, &json!(3)));
    assert_eq!(org.get(&format!("{path}/Nothing")).await.0, 404);
}

#[tokio::test]
async fn an_insert_in_the_form_of_an_upsert() {
    let org = TestOrg::start().await;
    let (status, made) = org.post("sobjects/Account/Id", &json!({"Name": "A"})).await;
    assert_eq!((status, &made["success"]), (201, &json!(true)));
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        org.post(&format!("sobjects/Account/{id}"), &json!({}))
            .await
            .0,
        405
    );
    let (status, _) = org
        .send(
            "POST",
            &format!("sobjects/Account/{id}?_HttpMethod=PATCH"),
            Some(&json!({"Name": "B"})),
        )
        .await;
    assert_eq!(status, 204);
    assert_eq!(
        org.value(
            &format!("SELECT Name FROM Account WHERE Id = '{}'", &id[..15]),
            "Name"
        )
        .await,
        "B"
    );
    let (status, error) = org.get(&format!("sobjects/Contact/{id}")).await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (400, &json!("MALFORMED_ID"))
    );
    let counts = org.get("limits/recordCount?sObjects=Account,User").await.1;
    assert_eq!(
        counts["sObjects"],
        json!([{"count": 14, "name": "Account"}, {"count": 9, "name": "User"}])
    );
}

#[tokio::test]
async fn bodies_that_are_not_json() {
    let org = TestOrg::start().await;
    let url = format!("{}/services/data/v67.0/sobjects/Account", org.server.url());
    for body in ["", "{\"Name\": ", "[]"] {
        let reply = org
            .client
            .post(&url)
            .bearer_auth(org.token())
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(reply.status().as_u16(), 400);
        let error: serde_json::Value = reply.json().await.unwrap();
        assert_eq!(error[0]["errorCode"], "JSON_PARSER_ERROR", "{body}");
    }
}
