//! The dependencies: few, in one direction, and of the core only the features that are used.

use super::cargo::{Package, ours, tree};

/// The packages that a package is built from, one line each in a format of `cargo tree`.
fn built(package: &str, format: &str, more: &[&str]) -> Vec<String> {
    tree(package, format, &[&["-e", "normal"], more].concat())
}

#[test]
fn an_adapter_enables_only_the_features_of_the_core_that_it_uses() {
    for (adapter, features) in [
        ("tower-webhook-axum", ""),
        ("tower-webhook-warp", "layer"),
        ("tower-webhook-hyper", "layer"),
        ("tower-webhook-handshake", "layer,sign"),
        ("core-only", ""),
    ] {
        let lines = built(adapter, "{lib} {f}", &[]);
        let of_the_core: Vec<_> = lines
            .iter()
            .filter_map(|line| line.strip_prefix("tower_webhook "))
            .collect();
        assert_eq!(of_the_core, [features], "{adapter}");
    }
}

#[test]
fn the_core_is_built_from_at_most_26_crates() {
    let lines = built("tower-webhook", "{p}", &[]);
    assert!(lines.len() <= 26, "{}:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn without_features_the_core_needs_no_body_no_tower_and_no_runtime() {
    let lines = built("tower-webhook", "{p}", &["--no-default-features"]);
    for name in [
        "http-body",
        "pin-project-lite",
        "tokio",
        "tower-layer",
        "tower-service",
        "tracing",
    ] {
        assert!(
            !lines.iter().any(|line| line.starts_with(&format!("{name} "))),
            "{name} is among them:\n{}",
            lines.join("\n")
        );
    }
}

#[test]
fn dependencies_point_one_way() {
    for package in ours() {
        let dependencies = package.dependencies();
        let used: Vec<_> = ours()
            .map(Package::name)
            .filter(|name| dependencies.contains(name))
            .collect();
        match package.name() {
            name @ ("tower-webhook" | "tower-webhook-server") => assert_eq!(used, [""; 0], "{name}"),
            "knowrithm-events" => assert_eq!(dependencies, ["serde", "serde_json"]),
            "tower-webhook-cli" => assert!(!used.contains(&"tower-webhook-inbox"), "{used:?}"),
            name if package.is_published() => assert_eq!(used, ["tower-webhook"], "{name}"),
            _ => {}
        }
    }
}

#[test]
fn only_the_core_and_the_benches_depend_on_crypto_crates() {
    for package in ours() {
        let may = matches!(package.name(), "tower-webhook" | "tower-webhook-benches");
        for crypto in ["ed25519-dalek", "hmac", "p256", "sha1", "sha2", "subtle"] {
            let depends = package.dependencies().contains(&crypto);
            assert!(may || !depends, "{} depends on {crypto}", package.name());
        }
    }
}
