//! Import, export, reset, and the data file itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::{TestOrg, clock};
use crate::embedded_org::{Error, Features, Options, export, import, reset, serve};

/// The files of an exported folder, without the one row that says which org it is.
fn files(folder: &Path) -> BTreeMap<String, String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .filter(|(name, _)| name != "Organization.csv")
        .collect()
}

#[tokio::test]
async fn an_export_imported_is_the_same_org() {
    let org = TestOrg::start().await;
    let users = org
        .query("SELECT Id FROM User WHERE IsActive = true LIMIT 2")
        .await;
    let user = &users["records"][1]["Id"];
    let event = json!({"StartDateTime": "2026-11-30T10:00:00Z", "DurationInMinutes": 30, "Description": "two\nlines, \"quoted\""});
    let event = org.create("Event", &event).await;
    org.create(
        "EventRelation",
        &json!({"EventId": event, "RelationId": user, "IsInvitee": true}),
    )
    .await;
    let deal = org.value("SELECT Id FROM Opportunity LIMIT 1", "Id").await;
    org.create(
        "Demo_Scorecard__c",
        &json!({"Opportunity__c": deal, "Total_Score__c": 7.5}),
    )
    .await;
    let TestOrg { server, folder, .. } = org;
    server.stop().await;
    let data = folder.path().join("org.sqlite");
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let exported = export(&data, &first).unwrap();
    assert!(exported.objects.contains(&("Event".to_owned(), 6)));
    let copy = folder.path().join("copy.sqlite");
    let imported = import(&copy, &first, clock()).unwrap();
    let total = |objects: &[(String, u64)]| objects.iter().map(|(_, count)| count).sum::<u64>();
    assert_eq!(total(&imported.objects), total(&exported.objects));
    assert_eq!(
        (imported.extra_fields, imported.added_administrator),
        (Vec::new(), None)
    );
    export(&copy, &second).unwrap();
    assert_eq!(files(&first), files(&second));
    // New records go on after those that were loaded.
    let org = TestOrg::start_in(folder).await;
    org.create("Demo_Scorecard__c", &json!({"Opportunity__c": deal}))
        .await;
}

/// Imports a folder of these files into a new org; gives the error's text, or nothing.
fn import_files(
    files: &[(&str, &str)],
) -> (
    tempfile::TempDir,
    Result<super::super::ImportSummary, Error>,
) {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("csv");
    fs::create_dir(&csv).unwrap();
    for (name, text) in files {
        fs::write(csv.join(name), text).unwrap();
    }
    let result = import(&folder.path().join("org.sqlite"), &csv, clock());
    (folder, result)
}

const USERS: (&str, &str) = (
    "User.csv",
    "Id,LastName,Username,IsActive,TimeZoneSidKey\n005DG0000000001YAA,Green,green@example.com,true,Asia/Tokyo\n",
);

#[tokio::test]
async fn a_foreign_folder() {
    let accounts = "\"Id\",\"Name\",\"YearStarted\",\"OwnerId\",\"CreatedDate\"\n\
        \"001DG0000000001YAA\",\"Acme\",\"1996\",\"005DG0000000001YAA\",\"2025-09-01T08:00:00.000Z\"\n";
    let deals = "Id,Name,AccountId,StageName,CloseDate,IsClosed,IsWon,Probability,Amount\n\
        006DG0000000001YAA,A,001DG0000000001YAA,Signed,2026-01-01,true,true,100,12\n\
        006DG0000000002YAA,B,,Prospecting,2026-12-01,false,false,10,\n";
    let (folder, summary) = import_files(&[
        USERS,
        ("Account.csv", accounts),
        ("Opportunity.csv", deals),
        ("Other.csv", "x\n"),
    ]);
    let summary = summary.unwrap();
    assert_eq!(
        summary.objects,
        [
            ("User".to_owned(), 1),
            ("Account".to_owned(), 1),
            ("Opportunity".to_owned(), 2)
        ]
    );
    assert_eq!(
        summary.extra_fields,
        [("Account".to_owned(), "YearStarted".to_owned())]
    );
    assert_eq!(summary.skipped, ["Other.csv"]);
    assert_eq!(
        summary.added_administrator.as_deref(),
        Some("administrator@embedded-org.example")
    );
    let org = TestOrg::start_in(folder).await;
    let account = &org
        .query("SELECT YearStarted, Owner.Name, CreatedDate FROM Account")
        .await["records"][0];
    assert_eq!(
        (&account["YearStarted"], &account["CreatedDate"]),
        (&json!("1996"), &json!("2025-09-01T08:00:00.000+0000"))
    );
    let won = org
        .query("SELECT Id FROM Opportunity WHERE IsWon = true AND IsClosed = true")
        .await;
    assert_eq!(won["records"][0]["Id"], "006DG0000000001YAA");
    let describe = org.get("sobjects/Opportunity/describe").await.1.to_string();
    assert!(describe.contains("\"Signed\""));
    assert_eq!(
        org.value("SELECT Id FROM Organization", "Id").await,
        summary.org_id
    );
}

#[test]
fn wrong_files_say_where() {
    for (files, expect) in [
        (
            vec![("Account.csv", "Name\nAcme\n")],
            "Account.csv, line 1: there is no column Id",
        ),
        (
            vec![("Account.csv", "Id,Full Name\n001DG0000000001YAA,x\n")],
            "Account.csv, line 1, column \"Full Name\": this is not the API name of a field",
        ),
        (
            vec![(
                "Account.csv",
                "Id,Name,AnnualRevenue\n\n001DG0000000001YAA,\"A\nB\",1\n001DG0000000002YAA,C,much\n",
            )],
            "Account.csv, line 5, column AnnualRevenue: Cannot deserialize instance of double from VALUE_STRING value much",
        ),
        (
            vec![("Account.csv", "Id,Name\n001DG0000000001YAA\n")],
            "Account.csv, line 2: CSV error: record 1 (line: 2, byte: 8): found record with 1 fields, but the previous record has 2 fields",
        ),
        (
            vec![("Account.csv", "Id,Name\n003DG0000000001YAA,x\n")],
            "Account.csv, line 2, column Id: 003DG0000000001YAA is not the Id of a Account",
        ),
        (
            vec![(
                "Account.csv",
                "Id,Name\n001DG0000000001YAA,x\n001DG0000000001YAA,y\n",
            )],
            "Account.csv, line 3, column Id: 001DG0000000001YAA is there twice",
        ),
        (
            vec![("Account.csv", "Id,Name\n001DG0000000001YAA,\n")],
            "Account.csv, line 2: Required fields are missing: [Name]",
        ),
        (
            vec![(
                "Account.csv",
                "Id,Name,OwnerId\n001DG0000000001YAA,x,005DG0000000001YAA\n",
            )],
            "Account.csv, line 2, column OwnerId: there is no User with the Id 005DG0000000001YAA",
        ),
        (
            vec![("Readme.csv", "x\n")],
            "holds no CSV file of an sObject",
        ),
    ] {
        let (_folder, result) = import_files(&files);
        let message = result.unwrap_err().to_string();
        assert!(message.contains(expect), "{message}");
    }
}

/// The error of serving these options.
async fn serve_error(data: &Path, bare: bool, port: u16) -> String {
    let listen = ([127, 0, 0, 1], port).into();
    let served = serve(Options {
        bare,
        ..Options::new(data.to_owned(), listen, clock())
    });
    served.await.err().unwrap().to_string()
}

#[tokio::test]
async fn what_keeps_an_org_from_being_served() {
    let org = TestOrg::start().await;
    let data = org.folder.path().join("org.sqlite");
    assert!(
        serve_error(&data, false, 0)
            .await
            .contains("in use by another process")
    );
    assert!(
        import(&data, org.folder.path(), clock())
            .unwrap_err()
            .to_string()
            .contains("in use by another")
    );
    let port = org
        .server
        .url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        serve_error(&data, false, port)
            .await
            .contains("another program listens there")
    );
    let TestOrg { server, folder, .. } = org;
    server.stop().await;
    assert!(
        serve_error(&data, true, 0)
            .await
            .contains("org reset --bare")
    );
    let other = folder.path().join("other");
    fs::write(
        &other,
        "not a database, but long enough to look like the header of a file",
    )
    .unwrap();
    assert!(
        serve_error(&other, false, 0)
            .await
            .contains("is not an embedded org")
    );
    assert!(
        reset(&other, false, Features::default(), clock()).is_err(),
        "a file that is not ours is not replaced"
    );
    assert!(
        export(&folder.path().join("none"), folder.path())
            .unwrap_err()
            .to_string()
            .contains("holds no org yet")
    );
}

#[tokio::test]
async fn a_reset_makes_another_org() {
    let org = TestOrg::start().await;
    let before = org.value("SELECT Id FROM Organization", "Id").await;
    let TestOrg { server, folder, .. } = org;
    server.stop().await;
    let data = folder.path().join("org.sqlite");
    reset(&data, true, Features::default(), clock()).unwrap();
    let org = TestOrg::start_in(folder).await;
    assert_ne!(org.value("SELECT Id FROM Organization", "Id").await, before);
    assert_eq!(org.get("sobjects/Demo_Scorecard__c/describe").await.0, 404);
    let (_, error) = org
        .post("sobjects/Task", &json!({"Demo_Key__c": "x"}))
        .await;
    assert_eq!(
        error[0]["message"],
        "No such column 'Demo_Key__c' on sobject of type Task"
    );
}

#[tokio::test]
async fn an_org_is_there_after_a_restart() {
    let org = TestOrg::start().await;
    let task = org.create("Task", &json!({"Subject": "kept"})).await;
    let token = org.token().to_owned();
    let TestOrg { server, folder, .. } = org;
    server.stop().await;
    let org = TestOrg::start_in(folder).await;
    assert_eq!(org.token(), token);
    assert_eq!(
        org.get(&format!("sobjects/Task/{task}")).await.1["Subject"],
        "kept"
    );
}
