//! Deploys: what they make, what they refuse, and who sees it then.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};

use super::TestOrg;

const NAMESPACE: &str = "xmlns=\"http://soap.sforce.com/2006/04/metadata\"";

/// A zip file of these files.
fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        zip.start_file(*path, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A `package.xml` that names these members by type.
fn manifest(types: &[(&str, &[&str])]) -> String {
    let types: String = types
        .iter()
        .map(|(name, members)| {
            let members: String = members
                .iter()
                .map(|member| format!("<members>{member}</members>"))
                .collect();
            format!("<types>{members}<name>{name}</name></types>")
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Package {NAMESPACE}>{types}<version>67.0</version></Package>"
    )
}

const KEY: &str = "<fields><fullName>Demo_Key__c</fullName><label>Demo Key</label><type>Text</type><length>64</length>\
     <externalId>true</externalId><unique>true</unique><caseSensitive>true</caseSensitive></fields>";

fn activity() -> String {
    format!("<CustomObject {NAMESPACE}>{KEY}</CustomObject>")
}

/// A scorecard under an opportunity.
fn card(more_fields: &str) -> String {
    format!(
        "<CustomObject {NAMESPACE}><label>Card</label><pluralLabel>Cards</pluralLabel>\
         <nameField><label>Card Name</label><type>AutoNumber</type><displayFormat>C-{{00000}}</displayFormat></nameField>\
         <deploymentStatus>Deployed</deploymentStatus><sharingModel>ControlledByParent</sharingModel>\
         <fields><fullName>Opportunity__c</fullName><label>Opportunity</label><type>MasterDetail</type>\
         <referenceTo>Opportunity</referenceTo><relationshipName>Cards</relationshipName></fields>\
         <fields><fullName>Score__c</fullName><label>Score</label><type>Number</type><precision>5</precision><scale>1</scale></fields>\
         <fields><fullName>Rating__c</fullName><label>Rating</label><type>Picklist</type><valueSet><restricted>true</restricted>\
         <valueSetDefinition><sorted>false</sorted><value><fullName>Red, hot</fullName><default>false</default><label>Red, hot</label></value>\
         <value><fullName>Green</fullName><default>true</default><label>Green</label></value></valueSetDefinition></valueSet></fields>\
         {more_fields}</CustomObject>"
    )
}

fn permission_set() -> String {
    let field = |field: &str, editable: bool| {
        format!(
            "<fieldPermissions><editable>{editable}</editable><field>{field}</field><readable>true</readable></fieldPermissions>"
        )
    };
    format!(
        "<PermissionSet {NAMESPACE}><label>Demo Gen</label>{}{}{}{}<objectPermissions><allowCreate>true</allowCreate>\
         <allowDelete>true</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><object>Card__c</object>\
         <modifyAllRecords>true</modifyAllRecords><viewAllRecords>true</viewAllRecords></objectPermissions></PermissionSet>",
        field("Event.Demo_Key__c", true),
        field("Task.Demo_Key__c", true),
        field("Card__c.Score__c", true),
        field("Card__c.Rating__c", false),
    )
}

/// The whole package: a field of activities, an object, and who may see them.
fn package() -> Vec<u8> {
    zip(&[
        (
            "package.xml",
            &manifest(&[
                ("CustomObject", &["Card__c"]),
                ("CustomField", &["Activity.Demo_Key__c"]),
                ("PermissionSet", &["Demo_Gen"]),
            ]),
        ),
        ("objects/Activity.object", &activity()),
        ("objects/Card__c.object", &card("")),
        ("permissionsets/Demo_Gen.permissionset", &permission_set()),
    ])
}

fn everything_or_nothing() -> Value {
    json!({"rollbackOnError": true, "ignoreWarnings": true, "singlePackage": true})
}

impl TestOrg {
    /// Asks for a deploy and gives its id.
    async fn enqueue(&self, zip: &[u8], options: &Value) -> String {
        let json = json!({ "deployOptions": options });
        let mut body = format!(
            "--mark\r\nContent-Disposition: form-data; name=\"json\"\r\nContent-Type: application/json\r\n\r\n{json}\r\n\
             --mark\r\nContent-Disposition: form-data; name=\"file\"; filename=\"deploy.zip\"\r\nContent-Type: application/zip\r\n\r\n"
        )
        .into_bytes();
        body.extend(zip);
        body.extend(b"\r\n--mark--\r\n");
        let url = format!(
            "{}/services/data/v67.0/metadata/deployRequest",
            self.server.url()
        );
        let reply = self
            .client
            .post(url)
            .bearer_auth(self.token())
            .header("Content-Type", "multipart/form-data; boundary=mark")
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(reply.status().as_u16(), 201);
        let reply: Value = reply.json().await.unwrap();
        assert_eq!(reply["deployResult"]["status"], "Pending");
        reply["id"].as_str().unwrap().to_owned()
    }

    async fn deploy_status(&self, id: &str) -> Value {
        let path = format!("metadata/deployRequest/{id}?includeDetails=true");
        self.get(&path).await.1["deployResult"].clone()
    }

    /// Deploys, and gives the result when it is done.
    async fn deploy(&self, zip: &[u8], options: &Value) -> Value {
        let id = self.enqueue(zip, options).await;
        let result = self.deploy_status(&id).await;
        assert_eq!(result["status"], "InProgress", "{result}");
        self.deploy_status(&id).await
    }

    async fn assign(&self) -> String {
        let set = self
            .value("SELECT Id FROM PermissionSet WHERE Name = 'Demo_Gen'", "Id")
            .await;
        let user = self.get_user().await;
        let body = json!({"AssigneeId": user, "PermissionSetId": set});
        self.create("PermissionSetAssignment", &body).await
    }

    pub(super) async fn get_user(&self) -> Value {
        let url = format!("{}/services/oauth2/userinfo", self.server.url());
        let reply = self.client.get(url).bearer_auth(self.token()).send();
        let body: Value = reply.await.unwrap().json().await.unwrap();
        body["user_id"].clone()
    }

    /// A field in the describe of its object: read, edit or hidden.
    pub(super) async fn sees(&self, object: &str, field: &str) -> &'static str {
        let (status, body) = self.get(&format!("sobjects/{object}/describe")).await;
        if status == 404 {
            return "no object";
        }
        let fields = body["fields"].as_array().unwrap();
        match fields.iter().find(|it| it["name"] == field) {
            None => "hidden",
            Some(field) if field["updateable"] == true => "edit",
            Some(_) => "read",
        }
    }
}

/// What a deploy says is wrong: `type full name: problem`.
fn problems(result: &Value) -> Vec<String> {
    let failures = result["details"]["componentFailures"].as_array().unwrap();
    failures
        .iter()
        .map(|it| {
            let text = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
            format!(
                "{} {}: {}",
                text("componentType"),
                text("fullName"),
                text("problem")
            )
        })
        .collect()
}

#[tokio::test]
async fn what_is_made_is_seen_once_it_is_granted() {
    let org = TestOrg::start_bare().await;
    assert_eq!(org.sees("Event", "Demo_Key__c").await, "hidden");
    let result = org.deploy(&package(), &everything_or_nothing()).await;
    assert_eq!(result["status"], "Succeeded", "{result}");
    assert_eq!(result["numberComponentsDeployed"], 6, "{result}");
    // Nobody sees it, its maker included.
    assert_eq!(org.sees("Event", "Demo_Key__c").await, "hidden");
    assert_eq!(org.sees("Card__c", "Score__c").await, "no object");
    let (status, error) = org
        .post("sobjects/Task", &json!({"Demo_Key__c": "a"}))
        .await;
    assert_eq!(status, 400);
    assert_eq!(
        error[0]["message"],
        "No such column 'Demo_Key__c' on sobject of type Task"
    );
    let assignment = org.assign().await;
    for (object, field, expect) in [
        ("Event", "Demo_Key__c", "edit"),
        ("Task", "Demo_Key__c", "edit"),
        ("Card__c", "Score__c", "edit"),
        ("Card__c", "Rating__c", "read"),
        ("Card__c", "Opportunity__c", "read"),
    ] {
        assert_eq!(org.sees(object, field).await, expect, "{object}.{field}");
    }
    org.create("Task", &json!({"Demo_Key__c": "a"})).await;
    let opportunity = org.value("SELECT Id FROM Opportunity LIMIT 1", "Id").await;
    let card = org
        .create(
            "Card__c",
            &json!({"Opportunity__c": opportunity, "Score__c": 7.25}),
        )
        .await;
    let soql = "SELECT Id, Name, (SELECT Score__c, Rating__c, Opportunity__r.Name FROM Cards__r) FROM Opportunity \
                WHERE Id IN (SELECT Opportunity__c FROM Card__c)";
    let found = org.query(soql).await["records"][0]["Cards__r"]["records"][0].clone();
    assert_eq!(
        (&found["Score__c"], &found["Rating__c"]),
        (&json!(7.3), &json!("Green"))
    );
    assert_eq!(
        org.get(&format!("sobjects/Card__c/{card}")).await.1["Name"],
        "C-00001"
    );
    org.send(
        "DELETE",
        &format!("sobjects/PermissionSetAssignment/{assignment}"),
        None,
    )
    .await;
    assert_eq!(org.sees("Card__c", "Score__c").await, "no object");
}
