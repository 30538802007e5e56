//! Deploys: what they make, what they refuse, and who sees it then.

use std::fmt::Write as _;
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
    let mut listed = String::new();
    for (name, members) in types {
        let members = members.join("</members><members>");
        let members = match members.as_str() {
            "" => String::new(),
            members => format!("<members>{members}</members>"),
        };
        let _ = write!(listed, "<types>{members}<name>{name}</name></types>");
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Package {NAMESPACE}>{listed}<version>67.0</version></Package>"
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
    let read = |object: &str| {
        format!(
            "<objectPermissions><allowRead>true</allowRead><object>{object}</object></objectPermissions>"
        )
    };
    format!(
        "<PermissionSet {NAMESPACE}><label>Demo Gen</label>{}{}{}{}{}{}<objectPermissions><allowCreate>true</allowCreate>\
         <allowDelete>true</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><object>Card__c</object>\
         <modifyAllRecords>true</modifyAllRecords><viewAllRecords>true</viewAllRecords></objectPermissions></PermissionSet>",
        field("Event.Demo_Key__c", true),
        field("Task.Demo_Key__c", true),
        field("Card__c.Score__c", true),
        field("Card__c.Rating__c", false),
        read("Account"),
        read("Opportunity"),
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

#[tokio::test]
async fn what_is_there_already_is_not_changed() {
    let org = TestOrg::start_bare().await;
    org.deploy(&package(), &everything_or_nothing()).await;
    org.assign().await;
    org.create("Task", &json!({"Demo_Key__c": "a"})).await;
    let again = org.deploy(&package(), &everything_or_nothing()).await;
    assert_eq!(again["status"], "Succeeded", "{again}");
    let successes = again["details"]["componentSuccesses"].as_array().unwrap();
    let changed: Vec<_> = successes
        .iter()
        .filter(|it| it["changed"] == true)
        .map(|it| it["fullName"].clone())
        .collect();
    assert_eq!(changed, ["package.xml"]);
    assert_eq!(org.sees("Task", "Demo_Key__c").await, "edit");
    let soql = "SELECT COUNT() FROM Task WHERE Demo_Key__c = 'a'";
    assert_eq!(org.query(soql).await["totalSize"], 1);
}

#[tokio::test]
async fn an_org_made_with_our_fields_takes_them_again_and_hides_nothing() {
    let org = TestOrg::start().await;
    let key = KEY.replace("Demo Key", "Our Key");
    let object = format!("<CustomObject {NAMESPACE}>{key}</CustomObject>");
    let fields = manifest(&[("CustomField", &["Activity.Demo_Key__c"])]);
    let zip = zip(&[
        ("package.xml", &fields),
        ("objects/Activity.object", &object),
    ]);
    let result = org.deploy(&zip, &everything_or_nothing()).await;
    let change = &result["details"]["componentSuccesses"][1];
    assert_eq!(
        (&change["created"], &change["changed"]),
        (&json!(false), &json!(true)),
        "{result}"
    );
    assert_eq!(org.sees("Event", "Demo_Key__c").await, "edit");
    let describe = org.get("sobjects/Event/describe").await.1;
    assert!(describe.to_string().contains("Our Key"));
}

#[tokio::test]
async fn what_is_destroyed_is_gone_with_its_data() {
    let org = TestOrg::start_bare().await;
    org.deploy(&package(), &everything_or_nothing()).await;
    let assignment = org.assign().await;
    org.create("Task", &json!({"Demo_Key__c": "a"})).await;
    let destroy = zip(&[
        ("package.xml", &manifest(&[])),
        (
            "destructiveChanges.xml",
            &manifest(&[
                ("CustomObject", &["Card__c"]),
                ("CustomField", &["Activity.Demo_Key__c"]),
                ("PermissionSet", &["Demo_Gen"]),
            ]),
        ),
    ]);
    let result = org.deploy(&destroy, &everything_or_nothing()).await;
    assert_eq!(result["status"], "Failed");
    assert_eq!(
        problems(&result),
        [
            "PermissionSet Demo_Gen: You can't delete this permission set while it is assigned to users"
        ]
    );
    assert_eq!(org.sees("Task", "Demo_Key__c").await, "edit");
    org.send(
        "DELETE",
        &format!("sobjects/PermissionSetAssignment/{assignment}"),
        None,
    )
    .await;
    let result = org.deploy(&destroy, &everything_or_nothing()).await;
    assert_eq!(result["status"], "Succeeded", "{result}");
    for object in ["PermissionSet", "FieldPermissions", "ObjectPermissions"] {
        let soql = format!("SELECT COUNT() FROM {object}");
        assert_eq!(org.query(&soql).await["totalSize"], 0, "{object}");
    }
    // Gone things are a warning, which is a failure only for who wants it so.
    let result = org.deploy(&destroy, &everything_or_nothing()).await;
    assert_eq!(result["status"], "Succeeded");
    let result = org
        .deploy(&destroy, &json!({"rollbackOnError": true}))
        .await;
    assert_eq!(result["status"], "Failed");
    assert!(
        problems(&result)
            .contains(&"CustomObject Card__c: No CustomObject named: Card__c found".to_owned())
    );
    org.deploy(&package(), &everything_or_nothing()).await;
    org.assign().await;
    assert_eq!(
        org.value(
            "SELECT Demo_Key__c FROM Task WHERE Demo_Key__c != null",
            "Demo_Key__c"
        )
        .await,
        Value::Null
    );
}

#[tokio::test]
async fn deploys_that_leave_nothing_behind() {
    let org = TestOrg::start_bare().await;
    let check_only = json!({"checkOnly": true, "rollbackOnError": true});
    let result = org.deploy(&package(), &check_only).await;
    assert_eq!(
        (&result["status"], &result["checkOnly"]),
        (&json!("Succeeded"), &json!(true))
    );
    let broken =
        card("<fields><fullName>Bad__c</fullName><label>Bad</label><type>Text</type></fields>");
    let zip = zip(&[
        ("package.xml", &manifest(&[("CustomObject", &["Card__c"])])),
        ("objects/Card__c.object", &broken),
    ]);
    let result = org.deploy(&zip, &everything_or_nothing()).await;
    assert_eq!(result["status"], "Failed");
    assert_eq!(
        problems(&result),
        ["CustomField Card__c.Bad__c: Must specify 'length' for a CustomField of type Text"]
    );
    let soql = super::encode("SELECT Id FROM CustomObject");
    assert_eq!(
        org.get(&format!("tooling/query?q={soql}")).await.1["totalSize"],
        0
    );
    // What can be is deployed where asked so.
    let result = org.deploy(&zip, &json!({"rollbackOnError": false})).await;
    assert_eq!(result["status"], "SucceededPartial");
    assert_eq!(
        org.get(&format!("tooling/query?q={soql}")).await.1["totalSize"],
        1
    );
}

#[tokio::test]
async fn a_deploy_is_cancelled_and_survives_a_restart() {
    let org = TestOrg::start_bare().await;
    let cancelled = org.enqueue(&package(), &everything_or_nothing()).await;
    let path = format!("metadata/deployRequest/{cancelled}");
    let (status, reply) = org
        .patch(&path, &json!({"deployResult": {"status": "Canceling"}}))
        .await;
    assert_eq!(
        (status, &reply["deployResult"]["status"]),
        (202, &json!("Canceling"))
    );
    assert_eq!(org.deploy_status(&cancelled).await["status"], "Canceled");
    assert_eq!(
        org.get("metadata/deployRequest/0Af000000000001").await.0,
        404
    );
    let waiting = org.enqueue(&package(), &everything_or_nothing()).await;
    let TestOrg { server, folder, .. } = org;
    server.stop().await;
    let org = TestOrg::start_in(folder).await;
    assert_eq!(org.deploy_status(&waiting).await["status"], "InProgress");
    assert_eq!(org.deploy_status(&waiting).await["status"], "Succeeded");
    org.assign().await;
    let TestOrg { server, folder, .. } = org;
    server.stop().await;
    let org = TestOrg::start_in(folder).await;
    assert_eq!(org.sees("Card__c", "Score__c").await, "edit");
    let done = org.deploy_status(&waiting).await;
    assert_eq!(
        done["details"]["componentSuccesses"]
            .as_array()
            .unwrap()
            .len(),
        7
    );
}

impl TestOrg {
    /// Deploys files that are wrong, and finds these among the problems.
    async fn fails(&self, files: &[(&str, &str)], expect: &[&str]) {
        let result = self.deploy(&zip(files), &everything_or_nothing()).await;
        assert_eq!(
            (&result["status"], &result["success"]),
            (&json!("Failed"), &json!(false)),
            "{result}"
        );
        let found = problems(&result);
        for expect in expect {
            assert!(found.iter().any(|it| it == expect), "{found:?}: {expect}");
        }
    }
}

#[tokio::test]
async fn packages_that_are_wrong() {
    let org = TestOrg::start_bare().await;
    let activity = ("objects/Activity.object", &*activity());
    let field = manifest(&[("CustomField", &["Activity.Demo_Key__c"])]);
    let none = manifest(&[]);
    org.fails(&[activity], &[" package.xml: No package.xml found"])
        .await;
    org.fails(
        &[("package.xml", &field)],
        &["CustomField Activity.Demo_Key__c: An object 'Activity.Demo_Key__c' of type CustomField was named in package.xml, but was not found in zipped directory"],
    )
    .await;
    org.fails(
        &[("package.xml", &none), activity],
        &[
            "CustomField Activity.Demo_Key__c: Not in package.xml",
            "CustomObject Activity: Not in package.xml",
        ],
    )
    .await;
    org.fails(
        &[("package.xml", &manifest(&[("Nonsense", &["A"])]))],
        &[" package.xml: Unknown type name 'Nonsense' specified in package.xml"],
    )
    .await;
    org.fails(
        &[("package.xml", &field), ("objects/Activity.object", "<CustomObject><fields></CustomObject>")],
        &["CustomObject Activity: Error parsing file: ill-formed document: expected `</fields>`, but `</CustomObject>` was found"],
    )
    .await;
    let result = org.deploy(b"PK but no zip", &everything_or_nothing()).await;
    assert_eq!(
        (&result["status"], &result["errorStatusCode"]),
        (&json!("Failed"), &json!("INVALID_ZIP_FILE"))
    );
}

#[tokio::test]
async fn permission_sets_that_are_wrong() {
    let org = TestOrg::start_bare().await;
    let activity = ("objects/Activity.object", &*activity());
    let set = ("permissionsets/Demo_Gen.permissionset", &*permission_set());
    let required = card("").replace(
        "<scale>1</scale>",
        "<scale>1</scale><required>true</required>",
    );
    let all = manifest(&[
        ("CustomObject", &["Card__c", "Activity"]),
        ("PermissionSet", &["Demo_Gen"]),
    ]);
    org.fails(
        &[
            ("package.xml", &all),
            ("objects/Card__c.object", &required),
            activity,
            set,
        ],
        &["PermissionSet Demo_Gen: You cannot deploy to a required field: Card__c.Score__c"],
    )
    .await;
    let masterless = set
        .1
        .replace("<object>Opportunity</object>", "<object>Contact</object>");
    let masterless = (set.0, &*masterless);
    org.fails(
        &[("package.xml", &all), ("objects/Card__c.object", &card("")), activity, masterless],
        &["PermissionSet Demo_Gen: Permission Read Card__c depends on permission(s): Read Opportunity"],
    )
    .await;
    let alone = manifest(&[("PermissionSet", &["Demo_Gen"])]);
    org.fails(
        &[("package.xml", &alone), set],
        &["PermissionSet Demo_Gen: In field: field - no CustomObject named Card__c found"],
    )
    .await;
}
