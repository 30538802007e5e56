//! The Tooling API: what there is in the org, and custom fields one by one.

use serde_json::{Value, json};

use super::{TestOrg, encode};

impl TestOrg {
    async fn tooling(&self, soql: &str) -> Value {
        let (status, body) = self.get(&format!("tooling/query?q={}", encode(soql))).await;
        assert_eq!(status, 200, "{soql}: {body}");
        body
    }

    /// Grants a field to the user who is signed in.
    async fn grant(&self, object: &str, field: &str) {
        let set = self
            .create("PermissionSet", &json!({"Name": "Seen", "Label": "Seen"}))
            .await;
        let field = json!({
            "ParentId": set, "SobjectType": object, "Field": format!("{object}.{field}"),
            "PermissionsRead": true, "PermissionsEdit": true,
        });
        self.create("FieldPermissions", &field).await;
        let body = json!({"AssigneeId": self.get_user().await, "PermissionSetId": set});
        self.create("PermissionSetAssignment", &body).await;
    }
}

fn key() -> Value {
    json!({
        "FullName": "Activity.Demo_Key__c",
        "Metadata": {"label": "Demo Key", "type": "Text", "length": 64, "externalId": true, "unique": true,
                     "caseSensitive": true, "required": false, "description": "ours", "inlineHelpText": null},
    })
}

#[tokio::test]
async fn a_field_is_made_and_found() {
    let org = TestOrg::start_bare().await;
    let by_name = "SELECT Id, DeveloperName FROM CustomField WHERE TableEnumOrId = 'Activity' AND DeveloperName = 'Demo_Key'";
    assert_eq!(org.tooling(by_name).await["totalSize"], 0);
    let (status, made) = org.post("tooling/sobjects/CustomField", &key()).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(
        (&made["success"], &made["warnings"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(org.tooling(by_name).await["records"][0]["Id"], made["id"]);
    let (status, again) = org.post("tooling/sobjects/CustomField", &key()).await;
    assert_eq!(
        (status, &again),
        (
            400,
            &json!([{"message": "There is already a field named Demo Key on Activity.", "errorCode": "DUPLICATE_DEVELOPER_NAME"}])
        )
    );
    let path = format!(
        "tooling/sobjects/CustomField/{}",
        made["id"].as_str().unwrap()
    );
    let field = org.get(&path).await.1;
    assert_eq!(field["FullName"], "Activity.Demo_Key__c");
    assert_eq!(field["Metadata"]["description"], "ours");
}

/// Where a field that was made is.
fn path_of(made: &Value) -> String {
    format!(
        "tooling/sobjects/CustomField/{}",
        made["id"].as_str().unwrap()
    )
}

#[tokio::test]
async fn a_field_is_changed_with_what_it_holds_and_taken_away() {
    let org = TestOrg::start_bare().await;
    let (_, made) = org.post("tooling/sobjects/CustomField", &key()).await;
    let path = path_of(&made);
    assert_eq!(org.sees("Task", "Demo_Key__c").await, "hidden");
    org.grant("Event", "Demo_Key__c").await;
    assert_eq!(org.sees("Task", "Demo_Key__c").await, "edit");
    org.create("Task", &json!({"Demo_Key__c": "a"})).await;
    let shorter =
        json!({"Metadata": {"label": "Our Key", "type": "Text", "length": 32, "externalId": true}});
    assert_eq!(org.patch(&path, &shorter).await.0, 204);
    // It is no longer unique, and what it held is kept.
    org.create("Task", &json!({"Demo_Key__c": "a"})).await;
    let soql = "SELECT COUNT() FROM Task WHERE Demo_Key__c = 'a'";
    assert_eq!(org.query(soql).await["totalSize"], 2);
    let (status, error) = org
        .patch(&path, &json!({"Metadata": key()["Metadata"]}))
        .await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (400, &json!("DUPLICATE_VALUE"))
    );
    let number = json!({"Metadata": {"label": "Our Key", "type": "Date"}});
    assert_eq!(org.patch(&path, &number).await.0, 400);
    assert_eq!(org.send("DELETE", &path, None).await.0, 204);
    assert_eq!(org.get(&path).await.0, 404);
    assert_eq!(org.sees("Task", "Demo_Key__c").await, "hidden");
    // A field of that name that comes later has none of the values.
    org.post("tooling/sobjects/CustomField", &key()).await;
    assert_eq!(
        org.query("SELECT COUNT() FROM FieldPermissions").await["totalSize"],
        0
    );
    let (_, all) = org.get("tooling/sobjects").await;
    assert!(
        all["sobjects"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["name"] == "CustomField")
    );
}

#[tokio::test]
async fn fields_that_cannot_be() {
    let org = TestOrg::start_bare().await;
    let text = json!({"label": "A", "type": "Text", "length": 10});
    for (full_name, metadata, expect) in [
        (
            "Event.A__c",
            text.clone(),
            "Entity Enumeration Or ID: bad value for restricted picklist field: Event",
        ),
        (
            "Nothing.A__c",
            text.clone(),
            "Entity Enumeration Or ID: bad value for restricted picklist field: Nothing",
        ),
        (
            "Account",
            text.clone(),
            "FullName must be the object and the field, such as Account.Demo_Key__c",
        ),
        (
            "Account.A",
            text.clone(),
            "The Field Name A must begin with a letter, end with __c, and use only letters, digits and single underscores",
        ),
        (
            "Account.A__c",
            json!({"label": "A", "type": "Text"}),
            "Must specify 'length' for a CustomField of type Text",
        ),
        (
            "Account.A__c",
            json!({"label": "A", "type": "Lookup", "referenceTo": "Nothing__c", "relationshipName": "As"}),
            "referenceTo value of 'Nothing__c' does not resolve to a valid sObject type",
        ),
    ] {
        let body = json!({"FullName": full_name, "Metadata": metadata});
        let (status, error) = org.post("tooling/sobjects/CustomField", &body).await;
        assert_eq!(
            (status, error[0]["message"].as_str().unwrap()),
            (400, expect),
            "{full_name}"
        );
    }
    assert_eq!(
        org.post("tooling/sobjects/CustomObject", &json!({}))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn what_an_org_tells_of_itself() {
    let org = TestOrg::start().await;
    for (soql, expect) in [
        (
            "SELECT Id FROM ValidationRule WHERE Active = true AND EntityDefinition.QualifiedApiName = 'Task'",
            0,
        ),
        (
            "SELECT Id, Name FROM ApexTrigger WHERE TableEnumOrId IN ('Event', 'Task') AND Status = 'Active'",
            0,
        ),
        (
            "SELECT Id, MasterLabel FROM Flow WHERE Status = 'Active' AND ProcessType = 'AutoLaunchedFlow'",
            0,
        ),
        (
            "SELECT DurableId, ApiName, TriggerObjectOrEvent.QualifiedApiName FROM FlowDefinitionView WHERE IsActive = true",
            0,
        ),
        ("SELECT Id FROM SandboxProcess", 0),
        (
            "SELECT Id FROM CustomField WHERE TableEnumOrId = 'Activity'",
            2,
        ),
        (
            "SELECT Id FROM CustomObject WHERE DeveloperName = 'Demo_Scorecard'",
            1,
        ),
        (
            "SELECT QualifiedApiName, KeyPrefix FROM EntityDefinition WHERE QualifiedApiName = 'Demo_Pack__c'",
            1,
        ),
        (
            "SELECT DurableId FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Task' AND QualifiedApiName = 'Subject'",
            1,
        ),
    ] {
        assert_eq!(org.tooling(soql).await["totalSize"], expect, "{soql}");
    }
    let soql = "SELECT DataType FROM FieldDefinition WHERE EntityDefinitionId = 'Event' AND DurableId = 'Event.Demo_Key__c'";
    assert_eq!(
        org.tooling(soql).await["records"][0]["DataType"],
        "Text(64) (External ID) (Unique Case Sensitive)"
    );
    let (_, all) = org.get("tooling/sobjects").await;
    assert!(all.to_string().contains("\"CustomField\""));
    assert_eq!(
        org.get("tooling/sobjects/CustomField/describe").await.0,
        200
    );
}

#[tokio::test]
async fn definitions_have_addresses_of_their_own() {
    let org = TestOrg::start().await;
    let soql = "SELECT Id FROM CustomField LIMIT 1";
    let url = org.tooling(soql).await["records"][0]["attributes"]["url"].clone();
    let url = url.as_str().unwrap();
    assert!(
        url.starts_with("/services/data/v67.0/tooling/sobjects/CustomField/00N"),
        "{url}"
    );
    let (_, found) = org
        .get(url.trim_start_matches("/services/data/v67.0/"))
        .await;
    assert_eq!(found["attributes"]["url"], url);
    assert_eq!(
        org.get("tooling/sobjects/CustomField/describe").await.0,
        200
    );
    let many = encode("SELECT FullName FROM CustomField");
    let (status, error) = org.get(&format!("tooling/query?q={many}")).await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (400, &json!("MALFORMED_QUERY"))
    );
}

#[tokio::test]
async fn scripted_rules_show_among_the_definitions() {
    let org = TestOrg::start().await;
    org.rule("{name: No secrets, when: {object: Event}, reject_rows: {field: Subject, contains: secret, message: Not here.}}")
        .await;
    let rule = org
        .tooling("SELECT ValidationName, ErrorMessage, ErrorDisplayField, EntityDefinition.QualifiedApiName FROM ValidationRule WHERE Active = true")
        .await;
    assert_eq!(rule["totalSize"], 1);
    let rule = &rule["records"][0];
    assert_eq!(
        [
            &rule["ValidationName"],
            &rule["ErrorMessage"],
            &rule["ErrorDisplayField"]
        ],
        ["No secrets", "Not here.", "Subject"]
    );
    assert_eq!(rule["EntityDefinition"]["QualifiedApiName"], "Event");

    org.rule("{name: Shouting, alter_rows: {field: Subject, uppercase: true}}")
        .await;
    let triggers = "SELECT Name FROM ApexTrigger WHERE Status = 'Active' AND TableEnumOrId IN ('Event', 'Task')";
    assert_eq!(org.tooling(triggers).await["totalSize"], 2);
    org.rule("{reject_rows: {every: 2, code: UNABLE_TO_LOCK_ROW}}")
        .await;
    for gone in [
        "SELECT Id FROM ApexTrigger",
        "SELECT Id FROM ValidationRule",
    ] {
        assert_eq!(org.tooling(gone).await["totalSize"], 0, "{gone}");
    }
}
