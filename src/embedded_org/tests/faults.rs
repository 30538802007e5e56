//! Faults as a client meets them.

use serde_json::{Value, json};

use super::TestOrg;
use super::bulk::run;

impl TestOrg {
    fn faults_url(&self) -> String {
        format!("{}/__demo-gen/faults", self.server.url())
    }

    /// Replaces the script; gives the status and the reply.
    async fn script(&self, script: &str) -> (u16, Value) {
        let request = self
            .client
            .post(self.faults_url())
            .bearer_auth(self.token());
        let reply = request.body(script.to_owned()).send().await.unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap())
    }

    /// One rule that is good.
    pub(super) async fn rule(&self, rule: &str) {
        let (status, reply) = self
            .script(&format!("version: 1\nrules:\n- {rule}\n"))
            .await;
        assert_eq!(status, 201, "{rule}: {reply}");
    }

    /// The code and message of the first record's error, or none.
    async fn saves(&self, records: Value) -> Vec<String> {
        let (status, results) = self
            .post("composite/sobjects", &json!({ "records": records }))
            .await;
        assert_eq!(status, 200, "{results}");
        let text = |result: &Value| {
            let error = &result["errors"][0];
            let word = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            format!("{} {}", word("statusCode"), word("message"))
                .trim()
                .to_owned()
        };
        results.as_array().unwrap().iter().map(text).collect()
    }
}

fn task(subject: &str) -> Value {
    json!({"attributes": {"type": "Task"}, "Subject": subject})
}

#[tokio::test]
async fn replies_that_are_not_the_orgs() {
    let org = TestOrg::start().await;
    org.rule("{when: {path: limits, to: 1}, status: {code: 503, retry_after: 7, html: true}}")
        .await;
    let url = format!("{}/services/data/v67.0/limits", org.server.url());
    let reply = org
        .client
        .get(&url)
        .bearer_auth(org.token())
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status().as_u16(), 503);
    assert_eq!(reply.headers()["retry-after"], "7");
    assert!(
        reply.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(reply.text().await.unwrap().starts_with("<html>"));
    assert_eq!(org.get("limits").await.0, 200);
    for (name, status, code) in [
        ("daily_limit", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("api_disabled", 403, "API_DISABLED_FOR_ORG"),
        ("storage_limit", 400, "STORAGE_LIMIT_EXCEEDED"),
    ] {
        org.rule(&format!("{{refuse: {name}}}")).await;
        let (found, error) = org.get("limits").await;
        assert_eq!(
            (found, error[0]["errorCode"].as_str()),
            (status, Some(code))
        );
    }
    org.rule("{status: {code: 429}}").await;
    assert_eq!(org.get("limits").await.0, 429);
}

#[tokio::test]
async fn connections_that_end() {
    let org = TestOrg::start().await;
    let count = "SELECT COUNT() FROM Task WHERE Subject = 'cut'";
    let url = format!("{}/services/data/v67.0/sobjects/Task", org.server.url());
    for (place, made) in [("before", 0), ("after", 1)] {
        org.rule(&format!(
            "{{when: {{method: POST, object: Task}}, cut: {place}}}"
        ))
        .await;
        let request = org.client.post(&url).bearer_auth(org.token());
        let reply = request.json(&json!({"Subject": "cut"})).send().await;
        assert!(reply.is_err(), "{place}: {reply:?}");
        assert_eq!(org.query(count).await["totalSize"], made, "{place}");
    }
    org.rule("{when: {path: limits}, cut: truncate}").await;
    let url = format!("{}/services/data/v67.0/limits", org.server.url());
    let reply = org
        .client
        .get(&url)
        .bearer_auth(org.token())
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status().as_u16(), 200);
    let text = reply.text().await.unwrap();
    assert!(text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err());
}

#[tokio::test]
async fn a_session_that_ends_until_somebody_signs_in() {
    let org = TestOrg::start().await;
    org.rule("{when: {nth: 2}, session: expire}").await;
    assert_eq!(org.get("limits").await.0, 200);
    let (status, error) = org.get("limits").await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (401, &json!("INVALID_SESSION_ID"))
    );
    assert_eq!(org.get("limits").await.0, 401);
    let credentials = org.server.credentials();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &credentials.client_id),
        (
            "client_secret",
            secrecy::ExposeSecret::expose_secret(&credentials.client_secret),
        ),
    ];
    let url = format!("{}/services/oauth2/token", org.server.url());
    let reply = org.client.post(url).form(&form).send().await.unwrap();
    let session: Value = reply.json().await.unwrap();
    let session = session["access_token"].as_str().unwrap();
    assert_eq!(org.status_for(session).await, 200);
    assert_eq!(org.get("limits").await.0, 200);

    // The next time it ends for that session too; without the fault only the file's token is good again.
    org.rule("{when: {nth: 1}, session: expire}").await;
    for token in [session, org.token()] {
        assert_eq!(org.status_for(token).await, 401);
    }
    org.rule("{when: {nth: 9}, cut: after}").await;
    assert_eq!(org.status_for(session).await, 401);
    assert_eq!(org.get("limits").await.0, 200);
}

#[tokio::test]
async fn records_that_are_refused() {
    let org = TestOrg::start().await;
    org.rule("{reject_rows: {every: 2, code: UNABLE_TO_LOCK_ROW}}")
        .await;
    let locked = "UNABLE_TO_LOCK_ROW unable to obtain exclusive access to this record or 1 records";
    let three = json!([task("a"), task("b"), task("c")]);
    assert_eq!(org.saves(three.clone()).await, ["", locked, ""]);
    // Records are counted on from call to call.
    assert_eq!(org.saves(three).await, [locked, "", locked]);
    org.rule("{when: {object: Task}, reject_rows: {field: Subject, contains: secret, message: No secrets.}}")
        .await;
    let account = json!({"attributes": {"type": "Account"}, "Name": "secret", "Subject": "secret"});
    assert_eq!(
        org.saves(json!([task("open"), task("a secret"), account]))
            .await,
        [
            "",
            "FIELD_CUSTOM_VALIDATION_EXCEPTION No secrets.",
            "INVALID_FIELD No such column 'Subject' on sobject of type Account"
        ]
    );
    org.rule("{when: {object: Contact}, reject_rows: {code: DUPLICATES_DETECTED}}")
        .await;
    let contact = json!({"attributes": {"type": "Contact"}, "LastName": "Twin"});
    assert_eq!(
        org.saves(json!([contact])).await,
        ["DUPLICATES_DETECTED Use one of these records?"]
    );
    let url = format!("{}/services/data/v67.0/sobjects/Contact", org.server.url());
    let request = org.client.post(url).bearer_auth(org.token());
    let allowed = request
        .header("Sforce-Duplicate-Rule-Header", "allowSave=true")
        .json(&json!({"LastName": "Twin"}))
        .send();
    assert_eq!(allowed.await.unwrap().status().as_u16(), 201);
}

#[tokio::test]
async fn a_trigger_that_alters_a_field() {
    let org = TestOrg::start().await;
    for (how, expect) in [
        ("trim: true", "Hello"),
        ("uppercase: true", " HELLO "),
        ("append: '!'", " Hello !"),
    ] {
        org.rule(&format!("{{alter_rows: {{field: Subject, {how}}}}}"))
            .await;
        let id = org.create("Task", &json!({"subject": " Hello "})).await;
        let soql = format!("SELECT Subject FROM Task WHERE Id = '{id}'");
        assert_eq!(org.value(&soql, "Subject").await, expect);
    }
}

#[tokio::test]
async fn somebody_else_is_at_work() {
    let org = TestOrg::start().await;
    let kept = org.create("Task", &json!({"Subject": "ours"})).await;
    let gone = org.create("Task", &json!({"Subject": "goes"})).await;
    org.script(
        "version: 1\nrules:\n\
         - {when: {nth: 1}, somebody: {edits: {object: Task, where: Subject = 'ours'}, set: {Subject: theirs}}}\n\
         - {when: {nth: 2}, somebody: {deletes: {object: Task, where: Subject = 'goes', pick: last}}}\n\
         - {when: {nth: 3}, somebody: {creates: Task, set: {Subject: Call me}, relate: {WhoId: {object: Contact, pick: any}}}}\n\
         - {when: {nth: 4}, somebody: {deletes: {object: Task, where: nonsense}}}\n",
    )
    .await;
    let task = org.get(&format!("sobjects/Task/{kept}")).await.1;
    assert_eq!(task["Subject"], "theirs");
    assert_ne!(task["LastModifiedById"], org.get_user().await);
    assert_eq!(org.get(&format!("sobjects/Task/{gone}")).await.0, 404);
    let stranger = org
        .query("SELECT WhoId FROM Task WHERE Subject = 'Call me'")
        .await;
    assert!(
        stranger["records"][0]["WhoId"]
            .as_str()
            .unwrap()
            .starts_with("003")
    );
    let (status, error) = org.get("limits").await;
    assert_eq!(status, 500);
    assert!(
        error[0]["message"]
            .as_str()
            .unwrap()
            .starts_with("fault `rule 4`: "),
        "{error}"
    );
}

#[tokio::test]
async fn a_user_who_sees_nothing() {
    let org = TestOrg::start().await;
    let event = org.value("SELECT Id FROM Event LIMIT 1", "Id").await;
    org.rule("{see_nothing: [Event]}").await;
    assert_eq!(org.query("SELECT COUNT() FROM Event").await["totalSize"], 0);
    assert_eq!(
        org.query("SELECT COUNT() FROM Account").await["totalSize"],
        13
    );
    let path = format!("sobjects/Event/{}", event.as_str().unwrap());
    assert_eq!(org.get(&path).await.0, 404);
    assert_eq!(org.patch(&path, &json!({"Subject": "a"})).await.0, 404);
    assert_eq!(org.send("DELETE", &path, None).await.0, 404);
    let (_, found) = org
        .post(
            "composite/sobjects/Event",
            &json!({"ids": [event], "fields": ["Id"]}),
        )
        .await;
    assert_eq!(found, json!([null]));
    org.rule("{see_nothing: []}").await;
    assert_eq!(
        org.query("SELECT COUNT() FROM Account").await["totalSize"],
        0
    );
    assert_ne!(org.query("SELECT COUNT() FROM User").await["totalSize"], 0);
}

#[tokio::test]
async fn the_route_of_faults() {
    let org = TestOrg::start().await;
    let reply = org
        .client
        .post(org.faults_url())
        .body("version: 1")
        .send()
        .await;
    assert_eq!(reply.unwrap().status().as_u16(), 401);
    let (status, error) = org.script("version: 1\nrules:\n- {cut: sideways}\n").await;
    assert_eq!(
        (status, &error[0]["errorCode"]),
        (400, &json!("INVALID_FAULTS"))
    );
    org.rule("{name: slow, when: {path: limits}, latency: {ms: 0}}")
        .await;
    org.get("limits").await;
    let told = org
        .client
        .get(org.faults_url())
        .bearer_auth(org.token())
        .send();
    let told: Value = told.await.unwrap().json().await.unwrap();
    assert_eq!(
        told,
        json!({"version": 1, "seed": 0, "rules": [{"name": "slow", "calls": 1, "fired": 1, "rows": 0}]})
    );
    let gone = org
        .client
        .delete(org.faults_url())
        .bearer_auth(org.token())
        .send();
    assert_eq!(gone.await.unwrap().status().as_u16(), 204);
}

#[tokio::test]
async fn bulk_jobs_on_a_bad_day() {
    let org = TestOrg::start().await;
    let order = json!({"object": "Account", "operation": "insert"});
    org.rule("{when: {path: jobs/*, nth: 1}, bulk: fail}").await;
    let job = run(&org, &order, "Name\nA\n").await;
    assert_eq!(job["state"], "Failed", "{job}");
    // With another script the worker works again, and its records are refused like others.
    org.rule("{when: {object: Account}, reject_rows: {every: 2, code: UNABLE_TO_LOCK_ROW}}")
        .await;
    let job = run(&org, &order, "Name\nA\nB\nC\n").await;
    assert_eq!(
        (&job["state"], &job["numberRecordsFailed"]),
        (&json!("JobComplete"), &json!(1)),
        "{job}"
    );
}
