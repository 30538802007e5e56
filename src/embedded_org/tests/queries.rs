//! Queries over the sample company, and the errors of wrong ones.

use serde_json::{Value, json};

use super::{TestOrg, encode};

#[tokio::test]
async fn how_many_records_match() {
    let org = TestOrg::start().await;
    for (filter, expect) in [
        ("Opportunity WHERE StageName = 'closed won'", 4),
        ("Opportunity WHERE StageName != 'Closed Won'", 26),
        (
            "Opportunity WHERE StageName IN ('Closed Won', 'Closed Lost')",
            7,
        ),
        (
            "Opportunity WHERE StageName NOT IN ('Closed Won', 'Closed Lost')",
            23,
        ),
        ("Opportunity WHERE NOT (StageName LIKE 'closed%')", 23),
        ("Opportunity WHERE NextStep = null", 30),
        ("Opportunity WHERE NextStep != 'x'", 30),
        (
            "Opportunity WHERE NOT (NextStep = 'x' AND IsWon = true)",
            30,
        ),
        ("Opportunity WHERE NextStep NOT IN ('x')", 30),
        (
            "Opportunity WHERE Amount > 400000 AND (IsClosed = false OR Type = 'New Business')",
            4,
        ),
        ("Opportunity WHERE CloseDate < TODAY", 7),
        ("Opportunity WHERE CloseDate = NEXT_N_DAYS:15", 4),
        ("Opportunity WHERE CreatedDate = LAST_N_DAYS:30", 5),
        ("Opportunity WHERE CreatedDate < 2026-07-01T00:00:00Z", 1),
        (
            "Opportunity WHERE CloseDate >= 2026-11-22 AND CloseDate <= 2026-12-02",
            2,
        ),
        (
            "Opportunity WHERE Account.Parent.Name = 'Halvorsen Group'",
            4,
        ),
        ("Opportunity o WHERE o.Owner.Manager.LastName = 'Oduya'", 16),
        ("Opportunity WHERE Name LIKE '%Pilot'", 2),
        ("Opportunity WHERE Name LIKE 'Solano_Robotics%'", 3),
        ("Opportunity WHERE Name LIKE 'Solano\\_Robotics%'", 0),
        (
            "Opportunity WHERE Id IN (SELECT OpportunityId FROM OpportunityContactRole WHERE Role = 'Evaluator')",
            2,
        ),
        (
            "Account WHERE Id NOT IN (SELECT AccountId FROM Opportunity WHERE IsWon = true)",
            9,
        ),
        ("Event WHERE Who.Title = 'CFO'", 1),
        (
            "Event WHERE What.Name LIKE 'Halvorsen%' AND WhatId != null",
            1,
        ),
        ("EventRelation WHERE Relation.Type = 'Contact'", 4),
        ("Contact WHERE Name = 'ingrid halvorsen'", 1),
        ("Task WHERE IsClosed = false AND ActivityDate > TODAY", 2),
    ] {
        let body = org.query(&format!("SELECT COUNT() FROM {filter}")).await;
        assert_eq!(body["totalSize"], expect, "{filter}");
    }
}

#[tokio::test]
async fn the_shape_of_records() {
    let org = TestOrg::start().await;
    let soql = "SELECT Name, Amount, Account.Name, Account.BillingAddress, \
                (SELECT Role, Contact.Name FROM OpportunityContactRoles WHERE IsPrimary = true), \
                (SELECT Subject FROM Tasks WHERE Subject = 'none') \
                FROM Opportunity WHERE Name LIKE '%Analytics Platform'";
    let body = org.query(soql).await;
    let record = &body["records"][0];
    assert_eq!(record["attributes"]["type"], "Opportunity");
    assert_eq!(record.get("Id"), None);
    assert_eq!(record["Amount"], json!(412_000.0));
    assert_eq!(record["Account"]["attributes"]["type"], "Account");
    assert_eq!(record["Account"]["BillingAddress"]["city"], "Minneapolis");
    let roles = &record["OpportunityContactRoles"];
    assert_eq!(
        (&roles["totalSize"], &roles["done"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(roles["records"][0]["Contact"]["Name"], "Ingrid Halvorsen");
    assert_eq!(record["Tasks"], Value::Null);
    let soql = "SELECT What.Name, What.Type, TYPEOF Who WHEN Contact THEN FirstName ELSE Name END \
                FROM Event ORDER BY StartDateTime";
    let event = &org.query(soql).await["records"][0];
    assert_eq!(event["What"]["attributes"]["type"], "Name");
    assert_eq!(event["What"]["Type"], "Opportunity");
    assert_eq!(
        (
            &event["Who"]["attributes"]["type"],
            &event["Who"]["FirstName"]
        ),
        (&json!("Contact"), &json!("Kenji"))
    );
    let all = org.query("SELECT FIELDS(ALL) FROM Account LIMIT 1").await;
    assert_eq!(all["records"][0]["Name"], "Halvorsen Group");
    assert_eq!(all["records"][0]["Parent"], Value::Null);
}

#[tokio::test]
async fn order_and_limits() {
    let org = TestOrg::start().await;
    let names = |soql: &'static str| {
        let org = &org;
        async move {
            let body = org.query(soql).await;
            let records = body["records"].as_array().unwrap().clone();
            records
                .into_iter()
                .map(|record| record["Name"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(
        names("SELECT Name FROM Account ORDER BY AnnualRevenue DESC LIMIT 2").await,
        ["Halvorsen Group", "Rheintal Energie"]
    );
    assert_eq!(
        names("SELECT Name FROM Account ORDER BY Name LIMIT 1 OFFSET 1").await,
        ["Brightwater Health"]
    );
    // Nulls come first in either direction, unless asked otherwise.
    assert_ne!(
        names("SELECT Name FROM Account ORDER BY Parent.Name DESC LIMIT 1").await,
        ["Halvorsen Precision"]
    );
    assert_eq!(
        names("SELECT Name FROM Account ORDER BY Parent.Name DESC NULLS LAST, Name DESC LIMIT 1")
            .await,
        ["Halvorsen Precision"]
    );
}

#[tokio::test]
async fn groups_and_aggregates() {
    let org = TestOrg::start().await;
    let body = org
        .query("SELECT StageName, COUNT(Id) deals, SUM(Amount) FROM Opportunity GROUP BY StageName HAVING COUNT(Id) > 3 ORDER BY SUM(Amount) DESC LIMIT 1")
        .await;
    assert_eq!(
        body["records"][0]["attributes"],
        json!({"type": "AggregateResult"})
    );
    assert_eq!(body["records"][0]["StageName"], "Closed Won");
    assert_eq!(body["records"][0]["deals"], 4);
    let body = org
        .query("SELECT MIN(CloseDate), MAX(Amount), COUNT_DISTINCT(OwnerId) FROM Opportunity")
        .await;
    assert_eq!(body["records"][0]["expr0"], "2026-10-31");
    assert_eq!(body["records"][0]["expr2"], 6);
    let body = org.query("SELECT Account.Name, COUNT(Id) FROM Opportunity GROUP BY Account.Name ORDER BY COUNT(Id) DESC").await;
    assert_eq!(body["totalSize"], 13);
    assert!(body["records"][0]["Name"].is_string());
}

/// A query, its error's code, and how the message starts.
const WRONG_QUERIES: &[(&str, &str, &str)] = &[
    (
        "select count() from XYZZY",
        "INVALID_TYPE",
        "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type 'XYZZY' is not supported.",
    ),
    (
        "SELECT Id, Bogus__c FROM Account",
        "INVALID_FIELD",
        "\nSELECT Id, Bogus__c FROM Account\n           ^\nERROR at Row:1:Column:12\nNo such column 'Bogus__c' on entity 'Account'.",
    ),
    (
        "SELECT Id FORM Account",
        "MALFORMED_QUERY",
        "unexpected token: 'Account'",
    ),
    (
        "SELECT What.StageName FROM Event",
        "INVALID_FIELD",
        "\nSELECT What.StageName FROM Event\n       ^\nERROR at Row:1:Column:8\nNo such column 'StageName' on entity 'Name'.",
    ),
    (
        "SELECT Foo.Name FROM Event",
        "INVALID_FIELD",
        "\nSELECT Foo.Name FROM Event\n       ^\nERROR at Row:1:Column:8\nDidn't understand relationship 'Foo' in field path.",
    ),
    (
        "SELECT Id FROM Task WHERE Description = 'x'",
        "INVALID_FIELD",
        "\nSELECT Id FROM Task WHERE Description = 'x'\n                          ^\nERROR at Row:1:Column:27\nfield 'Description' can not be filtered in a query call",
    ),
    (
        "SELECT Id FROM Event WHERE StartDateTime > '2026-01-01'",
        "INVALID_FIELD",
        "\nSELECT Id FROM Event WHERE StartDateTime > '2026-01-01'\n                           ^\nERROR at Row:1:Column:28\nvalue of filter criterion for field 'StartDateTime' must be of type dateTime and should not be enclosed in quotes",
    ),
    (
        "SELECT Id FROM Event WHERE WhatId = 'x'",
        "INVALID_QUERY_FILTER_OPERATOR",
        "\nSELECT Id FROM Event WHERE WhatId = 'x'\n                           ^\nERROR at Row:1:Column:28\ninvalid ID field: x",
    ),
    (
        "SELECT Id FROM Opportunity WHERE Id IN (SELECT WhatId FROM Task)",
        "MALFORMED_QUERY",
        "Entity 'Task' is not supported for semi join inner selects",
    ),
    (
        "SELECT Name, COUNT(Id) FROM Account",
        "MALFORMED_QUERY",
        "Field must be grouped or aggregated: Name",
    ),
    (
        "SELECT Id FROM Account OFFSET 2001",
        "NUMBER_OUTSIDE_VALID_RANGE",
        "Maximum SOQL offset allowed is 2000",
    ),
    (
        "SELECT Id, Id FROM Account",
        "INVALID_FIELD",
        "\nSELECT Id, Id FROM Account\n           ^\nERROR at Row:1:Column:12\nduplicate field selected: Id",
    ),
];

#[tokio::test]
async fn wrong_queries_say_where() {
    let org = TestOrg::start().await;
    for (soql, code, message) in WRONG_QUERIES {
        let (status, body) = org.get(&format!("query?q={}", encode(soql))).await;
        assert_eq!(
            (status, &body[0]["errorCode"]),
            (400, &json!(code)),
            "{soql}: {body}"
        );
        let found = body[0]["message"].as_str().unwrap();
        assert!(found.starts_with(message), "{soql}: {found}");
    }
}

#[tokio::test]
async fn old_activities_are_archived() {
    let org = TestOrg::start().await;
    org.create(
        "Task",
        &json!({"Subject": "old", "Status": "Completed", "ActivityDate": "2025-11-22"}),
    )
    .await;
    let soql = "SELECT IsArchived FROM Task WHERE Subject = 'old'";
    assert_eq!(org.query(soql).await["totalSize"], 0);
    let (_, all) = org.get(&format!("queryAll?q={}", encode(soql))).await;
    assert_eq!(all["records"][0]["IsArchived"], true);
}

#[tokio::test]
async fn the_eleventh_cursor_closes_the_first() {
    let org = TestOrg::start().await;
    for _ in 0..2 {
        let records: Vec<_> = (0..200)
            .map(|_| json!({"attributes": {"type": "Task"}}))
            .collect();
        org.post("composite/sobjects", &json!({ "records": records }))
            .await;
    }
    let mut locators = Vec::new();
    for _ in 0..11 {
        let reply = org
            .client
            .get(format!(
                "{}/services/data/v67.0/query?q=SELECT+Id+FROM+Task",
                org.server.url()
            ))
            .header("Sforce-Query-Options", "batchSize=200")
            .bearer_auth(org.token())
            .send();
        let body: Value = reply.await.unwrap().json().await.unwrap();
        locators.push(
            body["nextRecordsUrl"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned(),
        );
    }
    assert!(locators[0].starts_with("01g") && locators[0].ends_with("-200"));
    let (status, error) = org.get(&format!("query/{}", locators[0])).await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (400, &json!("INVALID_QUERY_LOCATOR"))
    );
    let (status, page) = org.get(&format!("query/{}", locators[1])).await;
    assert_eq!(
        (status, page["records"].as_array().map(Vec::len)),
        (200, Some(200))
    );
}
