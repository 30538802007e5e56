//! Every manifest that is shipped is valid, and plans on a fresh org.

use std::fs;
use std::path::{Path, PathBuf};

use crate::env::{TestEnv, files};

/// The starter manifest, and all that lie under `examples/`.
fn manifests() -> Vec<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![top.join("demo.example.yaml")];
    let mut folders = vec![top.join("examples")];
    while let Some(folder) = folders.pop().filter(|folder| folder.exists()) {
        for path in files(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn shipped_manifests_apply_to_the_sample_company() {
    for path in manifests() {
        let manifest = fs::read_to_string(&path).unwrap();
        let env = TestEnv::empty();
        env.write("demo.yaml", &manifest);
        env.run("validate").exits(0);
        // One for a real org is tried on the embedded one.
        let elsewhere = manifest
            .lines()
            .map(|line| match line.split_once("instance_url:") {
                Some((indent, _)) if indent.trim().is_empty() => {
                    format!("{indent}instance_url: embedded")
                }
                _ => line.to_owned(),
            });
        env.write("demo.yaml", &elsewhere.collect::<Vec<_>>().join("\n"));
        let plan = env.plan("");
        assert_eq!(plan.actions(), ["create"], "{}", path.display());
        env.apply();
        env.nothing_to_do();
    }
}
