//! What is refused before anything is started.

use super::{refused, regiohub};

const ISSUER: &str = "https://login.example.nl";

/// What `up` says to these arguments, and that it made nothing.
async fn up(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut command = regiohub(&["up", "--port", "0", "--data-dir"]);
    command.arg(&data).args(arguments);
    let said = refused(command).await;
    assert!(!data.exists(), "nothing is made: {said}");
    assert_eq!(said.lines().count(), 1, "one sentence: {said}");
    said
}

#[tokio::test]
async fn without_an_issuer_and_without_development_nothing_starts() {
    let said = up(&[]).await;
    assert!(said.contains("no issuer is configured") && said.contains("--issuer https://"), "{said}");
    assert!(said.contains("--development"), "{said}");
}

#[tokio::test]
async fn development_is_refused_beside_an_issuer_and_off_loopback() {
    let said = up(&["--development", "--issuer", ISSUER]).await;
    assert!(said.contains("--development is refused beside a real issuer"), "{said}");
    for address in ["0.0.0.0", "::", "192.0.2.7"] {
        // A proxy makes no difference: development is for this machine.
        for proxy in [&[][..], &["--https"]] {
            let said = up(&[&["--development", "--address", address], proxy].concat()).await;
            assert!(said.contains("--development is refused on"), "{said}");
        }
    }
}

#[tokio::test]
async fn the_public_listener_off_loopback_needs_a_declared_proxy() {
    // A proxy before the public listener says nothing of the internal one.
    let said = up(&["--issuer", ISSUER, "--https", "--internal-address", "0.0.0.0"]).await;
    assert!(said.contains("the secret of the installation"), "{said}");
    for address in ["0.0.0.0", "::", "192.0.2.7"] {
        let said = up(&["--issuer", ISSUER, "--address", address]).await;
        assert!(said.contains("--https") && said.contains("TLS"), "{said}");
    }
}

#[tokio::test]
async fn no_connection_leaves_the_machine_without_tls() {
    let postgres = "postgres://hub:word@192.0.2.7/postgres";
    let required = format!("{postgres}?sslmode=require");
    for (setting, value, advice) in [
        ("--postgres-url", postgres, "sslmode=verify-full"),
        ("--postgres-url", required.as_str(), "sslmode=verify-full"),
        ("--vault-url", postgres, "sslmode=verify-full"),
        ("--nats-url", "nats://hub:word@192.0.2.7:4222", "tls://"),
        ("--otlp", "http://192.0.2.7:4317", "a collector on this machine"),
        ("--processing-log", "http://192.0.2.7:4317", "a collector on this machine"),
    ] {
        // A declared proxy is one before the public listener only.
        let said = up(&["--issuer", ISSUER, "--https", setting, value]).await;
        assert!(said.contains(setting) && said.contains(advice) && said.contains("192.0.2.7"), "{said}");
        assert!(!said.contains("word"), "no password is shown: {said}");
    }
}

#[tokio::test]
async fn commands_send_no_token_and_no_secret_off_the_machine_without_tls() {
    let url = "http://192.0.2.7:8080";
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    for (setting, arguments) in [
        ("--url", &["demo"][..]),
        ("--internal-url", &["parked", "voorbeeld"]),
        ("--internal-url", &["restored", "voorbeeld", "--reason", "Teruggezet"]),
        ("--internal-url", &["ready"]),
    ] {
        let mut command = regiohub(arguments);
        command.args([setting, url, "--data-dir", &data]);
        let said = refused(command).await;
        assert!(said.contains(&format!("{setting}: 192.0.2.7 is on another machine")), "{arguments:?}: {said}");
    }
    let reached = ["audit", "verify", "voorbeeld", "--postgres-url", "postgres://hub:word@192.0.2.7/postgres"];
    let said = refused(regiohub(&reached)).await;
    assert!(said.contains("sslmode=verify-full"), "{said}");
}

#[tokio::test]
async fn a_token_is_refused_beside_an_issuer_and_for_a_hub_off_loopback() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    for (name, value, says) in [
        ("REGIOHUB_ISSUERS", ISSUER, "a real issuer is configured"),
        ("REGIOHUB_ADDRESS", "0.0.0.0", "the hub listens on"),
    ] {
        let mut command = regiohub(&["token", "operator", "--data-dir", &data]);
        command.env(name, value);
        let said = refused(command).await;
        assert!(said.contains(says), "{said}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no key was made");
}
