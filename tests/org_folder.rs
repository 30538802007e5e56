//! The embedded org as a folder of CSV files.

use crate::env::{MANIFEST, TestEnv};

#[test]
fn what_is_exported_can_be_imported() {
    let env = TestEnv::new();
    env.apply();
    let mut first = env.export();
    env.run("org export kept").exits(0);
    let other = TestEnv::empty();
    let folder = env.path("kept");
    other
        .run_with(&["org", "import", folder.to_str().unwrap()])
        .exits(0)
        .says("Imported");
    let mut second = other.export();
    // The org is another one now, and says so by its id.
    assert_ne!(
        first.remove("Organization.csv"),
        second.remove("Organization.csv")
    );
    assert_eq!(second, first);
}

#[test]
fn a_folder_of_others_is_enough_to_begin_with() {
    let env = TestEnv::empty();
    std::fs::create_dir(env.path("theirs")).unwrap();
    let account = "\"Id\",\"Name\"\n\"001000000000001AAA\",\"Acme\"\n";
    let contact = "\"Id\",\"LastName\",\"AccountId\"\n\"003000000000001AAA\",\"Abara\",\"001000000000001AAA\"\n";
    let deal = "\"Id\",\"Name\",\"AccountId\",\"StageName\",\"CloseDate\",\"Amount\"\n\
                \"006000000000001AAA\",\"Acme - Widgets\",\"001000000000001AAA\",\"Prospecting\",\"2027-01-15\",\"9000\"\n";
    for (name, text) in [
        ("Account", account),
        ("Contact", contact),
        ("Opportunity", deal),
    ] {
        env.write(&format!("theirs/{name}.csv"), text);
    }
    env.run("org import theirs").exits(0).says("1 Opportunity");
    let before = env.export();
    env.write("demo.yaml", MANIFEST);
    let plan = env.plan("");
    // Whom the account lacks is made for it.
    let roots = ["006000000000001AAA/", "001000000000001AAA/contact/"];
    for change in &plan.0 {
        let is_known = roots.iter().any(|root| change.address.starts_with(root));
        assert!(is_known, "{}", change.address);
    }
    env.apply();
    env.nothing_to_do();
    env.run("destroy -y").exits(0);
    assert_eq!(env.export(), before);
}
