//! What an admin can switch on.

use serde_json::{Value, json};

use super::TestOrg;
use crate::embedded_org::Feature;

/// Creates an account and gives its country, country code, state and state code, or the error.
async fn place(org: &TestOrg, fields: Value) -> Result<[Option<String>; 4], String> {
    let mut body = json!({"Name": "Elsewhere"});
    body.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let (status, reply) = org.post("sobjects/Account", &body).await;
    if status != 201 {
        let text = |name: &str| reply[0][name].as_str().unwrap().to_owned();
        let fields = &reply[0]["fields"];
        return Err(format!(
            "{} {} {fields}",
            text("errorCode"),
            text("message")
        ));
    }
    Ok(place_of(org, reply["id"].as_str().unwrap()).await)
}

async fn place_of(org: &TestOrg, id: &str) -> [Option<String>; 4] {
    let (_, account) = org.get(&format!("sobjects/Account/{id}")).await;
    ["Country", "CountryCode", "State", "StateCode"].map(|part| {
        let value = account[format!("Billing{part}")].as_str();
        value.map(str::to_owned)
    })
}

fn places<const N: usize>(values: [&str; N]) -> [Option<String>; N] {
    values.map(|value| (!value.is_empty()).then(|| value.to_owned()))
}

#[tokio::test]
async fn codes_and_texts_of_places_follow_each_other() {
    let org = TestOrg::start_with(&[Feature::CountryPicklists]).await;
    let california = ["United States", "US", "California", "CA"];
    for (fields, expect) in [
        (
            json!({"BillingCountryCode": "US", "BillingStateCode": "CA"}),
            california,
        ),
        (
            json!({"BillingCountry": "united states", "BillingState": "California"}),
            california,
        ),
        (
            json!({"BillingCountryCode": "DE", "BillingCountry": "France"}),
            ["Germany", "DE", "", ""],
        ),
        (json!({}), ["", "", "", ""]),
    ] {
        assert_eq!(
            place(&org, fields.clone()).await,
            Ok(places(expect)),
            "{fields}"
        );
    }
    let (_, made) = org
        .post(
            "sobjects/Account",
            &json!({"Name": "Moves", "BillingCountryCode": "CA", "BillingStateCode": "QC"}),
        )
        .await;
    let id = made["id"].as_str().unwrap();
    let path = format!("sobjects/Account/{id}");
    for (fields, expect) in [
        (json!({"Name": "Moved"}), ["Canada", "CA", "Quebec", "QC"]),
        (
            json!({"BillingState": "Ontario"}),
            ["Canada", "CA", "Ontario", "ON"],
        ),
        (json!({"BillingCountryCode": null}), ["", "", "", ""]),
        (json!({"BillingCountry": "Japan"}), ["Japan", "JP", "", ""]),
        (
            json!({"BillingCountryCode": "CA", "BillingStateCode": "QC"}),
            ["Canada", "CA", "Quebec", "QC"],
        ),
        (
            json!({"BillingCountryCode": null, "BillingStateCode": null}),
            ["", "", "", ""],
        ),
    ] {
        assert_eq!(org.patch(&path, &fields).await.0, 204, "{fields}");
        assert_eq!(place_of(&org, id).await, places(expect), "{fields}");
    }
    // The sample company has codes too.
    let coded = "SELECT COUNT() FROM Account WHERE BillingCountryCode = null";
    let before = org
        .query(&format!("{coded} AND BillingCountry != null"))
        .await;
    assert_eq!(before["totalSize"], 0);
}

#[tokio::test]
async fn places_that_are_not_in_the_lists() {
    let org = TestOrg::start_with(&[Feature::CountryPicklists]).await;
    for (fields, expect) in [
        (
            json!({"BillingCountryCode": "XX"}),
            "FIELD_INTEGRITY_EXCEPTION The BillingCountryCode field contains XX, which isn't an available country/territory. Your administrator can add it for you. [\"BillingCountryCode\"]",
        ),
        (
            json!({"BillingCountry": "Untied States"}),
            "FIELD_INTEGRITY_EXCEPTION There's a problem with this country, even though it may appear correct. Please select a country/territory from the list of valid countries.: Billing Country [\"BillingCountry\"]",
        ),
        (
            json!({"BillingState": "Ontario"}),
            "FIELD_INTEGRITY_EXCEPTION A country/territory must be specified before specifying a state value for field: Billing State/Province [\"BillingState\"]",
        ),
        (
            json!({"BillingCountryCode": "US", "BillingStateCode": "ON"}),
            "FIELD_INTEGRITY_EXCEPTION The existing country/territory doesn't recognize the state value for field: Billing State/Province Code [\"BillingStateCode\"]",
        ),
        (
            json!({"BillingCountryCode": "DE", "BillingState": "Bayern"}),
            "FIELD_INTEGRITY_EXCEPTION There's a problem with this state, even though it may appear correct. Please select a state from the list of valid states.: Billing State/Province [\"BillingState\"]",
        ),
    ] {
        assert_eq!(place(&org, fields).await, Err(expect.to_owned()));
    }
    let plain = TestOrg::start().await;
    let anywhere = json!({"BillingCountry": "Untied States"});
    let (status, _) = plain
        .post(
            "sobjects/Account",
            &json!({"Name": "x", "BillingCountry": "Untied States"}),
        )
        .await;
    assert_eq!(status, 201, "{anywhere}");
}

#[tokio::test]
async fn states_depend_on_their_country_in_describe() {
    let org = TestOrg::start_with(&[Feature::CountryPicklists]).await;
    let (_, contact) = org.get("sobjects/Contact/describe").await;
    let fields = contact["fields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    let state = field("MailingStateCode");
    assert_eq!(state["controllerName"], "MailingCountryCode");
    assert_eq!(
        (&state["dependentPicklist"], &state["restrictedPicklist"]),
        (&json!(true), &json!(true))
    );
    let countries = field("MailingCountryCode")["picklistValues"]
        .as_array()
        .unwrap();
    assert_eq!(
        countries[0],
        json!({"active": true, "defaultValue": false, "label": "Australia", "validFor": null, "value": "AU"})
    );
    // The first bit is that of Australia.
    let first = &state["picklistValues"][0];
    assert_eq!(
        (&first["value"], &first["validFor"]),
        (&json!("NSW"), &json!("gAA="))
    );
}

#[tokio::test]
async fn look_alikes_are_held_up() {
    let org = TestOrg::start_with(&[Feature::DuplicateRules]).await;
    let rules =
        "SELECT MasterLabel FROM DuplicateRule WHERE IsActive = true AND SobjectType = 'Contact'";
    assert_eq!(
        org.value(rules, "MasterLabel").await,
        "Standard Contact Duplicate Rule"
    );
    let known = org
        .query("SELECT Id, AccountId, FirstName, LastName, Email FROM Contact LIMIT 1")
        .await;
    let known = &known["records"][0];
    for fields in [
        json!({"LastName": "Other", "Email": known["Email"].as_str().unwrap().to_uppercase()}),
        json!({"AccountId": known["AccountId"], "FirstName": known["FirstName"], "LastName": known["LastName"]}),
    ] {
        let (status, reply) = org.post("sobjects/Contact", &fields).await;
        let error = &reply[0];
        assert_eq!(
            (status, &error["errorCode"]),
            (400, &json!("DUPLICATES_DETECTED")),
            "{fields}"
        );
        let found = &error["duplicateResut"]["matchResults"][0];
        assert_eq!(found["matchRecords"][0]["record"]["Id"], known["Id"]);

        let url = format!("{}/services/data/v67.0/sobjects/Contact", org.server.url());
        let request = org.client.post(url).bearer_auth(org.token()).json(&fields);
        let allowed = request
            .header("Sforce-Duplicate-Rule-Header", "allowSave=true")
            .send()
            .await;
        assert_eq!(allowed.unwrap().status().as_u16(), 201, "{fields}");
    }
    let body = json!({"LastName": "Nobody", "FirstName": "Else", "AccountId": known["AccountId"]});
    org.create("Contact", &body).await;
}
