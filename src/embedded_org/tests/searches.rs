//! Searches, recent records, and what a query is told to be like.

use serde_json::{Value, json};

use super::{TestOrg, encode};

/// The ids or names that a search finds.
async fn found(org: &TestOrg, sosl: &str, field: &str) -> Vec<Value> {
    let (status, body) = org.get(&format!("search/?q={}", encode(sosl))).await;
    assert_eq!(status, 200, "{sosl}: {body}");
    let records = body["searchRecords"].as_array().unwrap();
    records.iter().map(|record| record[field].clone()).collect()
}

async fn refused(org: &TestOrg, sosl: &str) -> Value {
    let (status, body) = org.get(&format!("search?q={}", encode(sosl))).await;
    assert_eq!(status, 400, "{sosl}: {body}");
    body[0]["errorCode"].clone()
}

#[tokio::test]
async fn sosl() {
    let org = TestOrg::start().await;
    let account = org
        .create(
            "Account",
            &json!({"Name": "Zebra Works", "Industry": "Energy", "Phone": "+1 415 555 0134"}),
        )
        .await;
    for (name, email) in [("Zebrano", "z@works.example"), ("Ox", "ox@zebra.example")] {
        let fields = json!({"LastName": name, "Email": email, "AccountId": account});
        org.create("Contact", &fields).await;
    }
    let lead = json!({"LastName": "Zebra", "Company": "Works"});
    org.create("Lead", &lead).await;
    let last_names = "RETURNING Contact(LastName ORDER BY LastName)";
    for (clauses, field, expect) in [
        (format!("{{zebra*}} {last_names}"), "LastName", json!(["Ox", "Zebrano"])),
        (format!("{{zebra}} {last_names}"), "LastName", json!(["Ox"])),
        (format!("{{zebra*}} IN NAME FIELDS {last_names}"), "LastName", json!(["Zebrano"])),
        (format!("{{zebra}} IN EMAIL FIELDS {last_names}"), "LastName", json!(["Ox"])),
        ("{555 0134} IN PHONE FIELDS RETURNING Account(Name)".to_owned(), "Name", json!(["Zebra Works"])),
        (
            "{zebra*} RETURNING Contact(LastName WHERE Account.Name = 'Zebra Works' ORDER BY LastName DESC LIMIT 1 OFFSET 1)"
                .to_owned(),
            "LastName",
            json!(["Ox"]),
        ),
        ("{zebra} RETURNING Lead(Company), Account(Industry) LIMIT 1".to_owned(), "Company", json!(["Works"])),
        ("{zebra AND works} RETURNING Account, Contact".to_owned(), "Name", json!([null])),
    ] {
        let sosl = format!("FIND {clauses}");
        assert_eq!(json!(found(&org, &sosl, field).await), expect, "{sosl}");
    }
    assert_eq!(found(&org, "FIND {zebra}", "Id").await.len(), 3);
    assert_eq!(refused(&org, "FIND {z}").await, "MALFORMED_SEARCH");
    assert_eq!(refused(&org, "FIND zebra").await, "MALFORMED_SEARCH");
    assert_eq!(
        refused(&org, "FIND {zebra} RETURNING Nothing").await,
        "INVALID_TYPE"
    );
    assert_eq!(
        refused(&org, "FIND {zebra} RETURNING Account(Nothing)").await,
        "INVALID_FIELD"
    );
}

#[tokio::test]
async fn searches_by_parameters() {
    let org = TestOrg::start().await;
    for name in ["Zebra One", "Zebra Two"] {
        org.create("Account", &json!({ "Name": name })).await;
    }
    let query = "q=zebra&in=NAME&sobject=Account&Account.fields=Id,Name&Account.orderBy=Name%20DESC&Account.limit=1";
    let (_, by_query) = org.get(&format!("parameterizedSearch?{query}")).await;
    let body = json!({
        "q": "zebra",
        "in": "NAME",
        "fields": ["Id", "Name"],
        "sobjects": [{"name": "Account", "orderBy": "Name DESC", "limit": 1}, {"name": "Contact"}],
    });
    let (status, posted) = org.post("parameterizedSearch", &body).await;
    assert_eq!(status, 200, "{posted}");
    assert_eq!(posted, by_query);
    let records = posted["searchRecords"].as_array().unwrap();
    assert_eq!(
        (records.len(), &records[0]["Name"]),
        (1, &json!("Zebra Two"))
    );
}

#[tokio::test]
async fn what_was_worked_on_last_comes_first() {
    let org = TestOrg::start().await;
    let id = org
        .create("Contact", &json!({"FirstName": "A", "LastName": "B"}))
        .await;
    let (_, recent) = org.get("recent?limit=2").await;
    assert_eq!(recent.as_array().unwrap().len(), 2);
    assert_eq!(
        (&recent[0]["Id"], &recent[0]["Name"]),
        (&json!(id), &json!("A B"))
    );
    assert_eq!(recent[0]["attributes"]["type"], "Contact");
    let (_, contact) = org.get("sobjects/Contact").await;
    assert_eq!(contact["recentItems"][0]["Id"], id);
    assert_eq!(org.get("recent?limit=x").await.0, 400);
}

#[tokio::test]
async fn the_columns_of_a_query() {
    let org = TestOrg::start().await;
    let columns = |soql: &'static str| {
        let org = &org;
        async move {
            let (status, body) = org
                .get(&format!("query?q={}&columns=true", encode(soql)))
                .await;
            assert_eq!(status, 200, "{soql}: {body}");
            let text = |column: &Value| {
                let joined = column["joinColumns"].as_array().unwrap();
                let name = |column: &Value| column["columnName"].as_str().unwrap().to_owned();
                let mark = if column["aggregate"] == true { "*" } else { "" };
                let names = [name(column) + mark].into_iter();
                names
                    .chain(joined.iter().map(name))
                    .collect::<Vec<_>>()
                    .join(".")
            };
            let list: Vec<_> = body["columnMetadata"]
                .as_array()
                .unwrap()
                .iter()
                .map(text)
                .collect();
            format!(
                "{} {}",
                body["entityName"].as_str().unwrap(),
                list.join(" ")
            )
        }
    };
    for (soql, expect) in [
        ("select id, name from account", "Account Id Name"),
        (
            "SELECT Id, Owner.Name, Owner.Email, (SELECT LastName, Title FROM Contacts) FROM Account",
            "Account Id Owner.Name.Email Contacts*.LastName.Title",
        ),
        (
            "SELECT StageName, COUNT(Id), SUM(Amount) total FROM Opportunity GROUP BY StageName",
            "Opportunity StageName expr0* total*",
        ),
        ("SELECT COUNT() FROM Account", "Account "),
        (
            "SELECT TYPEOF What WHEN Opportunity THEN StageName WHEN Account THEN Industry ELSE Name END FROM Event",
            "Event What.Industry.StageName",
        ),
    ] {
        assert_eq!(columns(soql).await, expect, "{soql}");
    }
}

#[tokio::test]
async fn definitions_have_columns_too() {
    let org = TestOrg::start().await;
    let soql = encode("SELECT Id, DeveloperName FROM CustomField");
    let (status, body) = org
        .get(&format!("tooling/query?q={soql}&columns=true"))
        .await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["columnMetadata"][1]["columnName"], "DeveloperName");
}

#[tokio::test]
async fn what_a_query_would_cost() {
    let org = TestOrg::start().await;
    let (_, all) = org
        .get(&format!(
            "query?explain={}",
            encode("SELECT Id FROM Account")
        ))
        .await;
    let plan = &all["plans"][0];
    assert_eq!(
        (&plan["sobjectType"], &plan["leadingOperationType"]),
        (&json!("Account"), &json!("TableScan"))
    );
    assert_eq!(plan["cardinality"], plan["sobjectCardinality"]);
    let one = org.create("Account", &json!({"Name": "Z"})).await;
    let soql = format!("SELECT Id FROM Account WHERE Id = '{one}'");
    let (_, few) = org.get(&format!("query?explain={}", encode(&soql))).await;
    assert_eq!(few["plans"][0]["leadingOperationType"], "Index");
    assert_eq!(few["plans"][0]["cardinality"], 1);
}
