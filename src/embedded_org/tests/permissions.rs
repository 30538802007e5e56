//! Permission sets as records.

use serde_json::{Value, json};

use super::TestOrg;

async fn refuses(org: &TestOrg, object: &str, body: Value, expect: &str) {
    let (status, reply) = org.post(&format!("sobjects/{object}"), &body).await;
    let text = |name: &str| reply[0][name].as_str().unwrap_or_default().to_owned();
    let found = format!("{status} {} {}", text("errorCode"), text("message"));
    assert_eq!(found, expect, "{object} {body}: {reply}");
}

#[tokio::test]
async fn grants_by_the_rules() {
    let org = TestOrg::start().await;
    let set = json!({"Name": "Demo_Gen", "Label": "Demo Gen"});
    let id = org.create("PermissionSet", &set).await;
    refuses(
        &org,
        "PermissionSet",
        set,
        &format!("400 DUPLICATE_DEVELOPER_NAME duplicate value found: Name duplicates value on record with id: {id}"),
    )
    .await;
    let of = |object: &str, field: &str| json!({"ParentId": id, "SobjectType": object, "Field": field, "PermissionsRead": true});
    org.create("FieldPermissions", &of("Event", "Event.Demo_Key__c"))
        .await;
    // The field of tasks is the same, and was granted along.
    let twin = org
        .value(
            "SELECT Id FROM FieldPermissions WHERE Field = 'Task.Demo_Key__c'",
            "Id",
        )
        .await;
    refuses(
        &org,
        "FieldPermissions",
        of("Task", "Task.Demo_Key__c"),
        &format!("400 DUPLICATE_VALUE duplicate value found: Field duplicates value on record with id: {}", twin.as_str().unwrap()),
    )
    .await;
    for (object, field) in [
        ("Event", "Event.Nothing__c"),
        ("Demo_Scorecard__c", "Demo_Scorecard__c.Opportunity__c"),
        ("Contact", "Contact.LastName"),
        ("Task", "Event.Demo_Run__c"),
    ] {
        let expect = format!(
            "400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST Field Name: bad value for restricted picklist field: {field}"
        );
        refuses(&org, "FieldPermissions", of(object, field), &expect).await;
    }
    refuses(
        &org,
        "ObjectPermissions",
        json!({"ParentId": id, "SobjectType": "Account", "PermissionsRead": true, "PermissionsDelete": true}),
        "400 FIELD_INTEGRITY_EXCEPTION Permission Delete Account depends on permission(s): Edit Account",
    )
    .await;
    let path = format!("sobjects/FieldPermissions/{}", twin.as_str().unwrap());
    org.patch(&path, &json!({"PermissionsEdit": true})).await;
    let soql = "SELECT COUNT() FROM FieldPermissions WHERE PermissionsEdit = true AND Parent.Name = 'Demo_Gen'";
    assert_eq!(org.query(soql).await["totalSize"], 2);
    org.send("DELETE", &path, None).await;
    assert_eq!(
        org.query("SELECT COUNT() FROM FieldPermissions").await["totalSize"],
        0
    );
}

#[tokio::test]
async fn a_set_is_assigned_once() {
    let org = TestOrg::start().await;
    let id = org
        .create("PermissionSet", &json!({"Name": "A", "Label": "A"}))
        .await;
    let body = json!({"AssigneeId": org.get_user().await, "PermissionSetId": id});
    let assignment = org.create("PermissionSetAssignment", &body).await;
    refuses(
        &org,
        "PermissionSetAssignment",
        body,
        &format!("400 DUPLICATE_VALUE duplicate value found: PermissionSetId duplicates value on record with id: {assignment}"),
    )
    .await;
    let path = format!("sobjects/PermissionSet/{id}");
    let (status, error) = org.send("DELETE", &path, None).await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (400, &json!("DELETE_FAILED"))
    );
    let ids = format!("composite/sobjects?ids={assignment},{id}");
    let (_, results) = org.send("DELETE", &ids, None).await;
    assert_eq!(results[1]["success"], true, "{results}");
    assert_eq!(org.get(&path).await.0, 404);
}

#[tokio::test]
async fn setup_and_work_do_not_mix_in_one_transaction() {
    let org = TestOrg::start().await;
    let set = json!({"attributes": {"type": "PermissionSet"}, "Name": "A", "Label": "A"});
    let task = json!({"attributes": {"type": "Task"}, "Subject": "A"});
    let (_, results) = org
        .post("composite/sobjects", &json!({"records": [task, set]}))
        .await;
    assert_eq!(results[0]["success"], true);
    assert_eq!(results[1]["errors"][0]["statusCode"], "MIXED_DML_OPERATION");
    let part = |name: &str, object: &str, body: Value| {
        json!({
            "method": "POST", "url": format!("/services/data/v67.0/sobjects/{object}"), "referenceId": name, "body": body,
        })
    };
    for (all_or_none, expect) in [(true, 400), (false, 201)] {
        let parts = [
            part("a", "Task", json!({"Subject": "B"})),
            part("b", "PermissionSet", json!({"Name": "B", "Label": "B"})),
        ];
        let body = json!({"allOrNone": all_or_none, "compositeRequest": parts});
        let (_, reply) = org.post("composite", &body).await;
        assert_eq!(
            reply["compositeResponse"][1]["httpStatusCode"], expect,
            "{reply}"
        );
    }
}
