//! What a service as a process of its own refuses before it connects to anything.

use std::process::{Command, Stdio};

const SERVERS: [(&str, &str); 4] = [
    ("--postgres-url", "postgres://hub@127.0.0.1:9/hub"),
    ("--vault-url", "postgres://hub@127.0.0.1:9/vault"),
    ("--nats-url", "nats://127.0.0.1:9"),
    ("--listen", "127.0.0.1:0"),
];

/// What it says when these settings go before the ones above.
fn refused(settings: &[(&str, &str)], flags: &[&str]) -> String {
    let secrets = std::env::temp_dir().join("regiohub-alone-never-made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_consortium"));
    command.env_clear().arg("--secrets").arg(&secrets).args(flags);
    let all = SERVERS.iter().filter(|(name, _)| settings.iter().all(|(given, _)| given != name)).chain(settings);
    for (name, value) in all {
        command.args([name, value]);
    }
    let ended = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success() && !secrets.exists(), "{said}");
    said
}

#[test]
fn alone_it_refuses_workbench_settings_before_it_connects() {
    let issuer = ("--issuer", "https://login.example.nl");
    for (settings, flags, says) in [
        (&[][..], &[][..], "no issuer is configured"),
        (&[issuer], &["--development"], "--development is refused beside a real issuer"),
        (&[("--listen", "0.0.0.0:0")], &["--development"], "--development is refused on 0.0.0.0"),
        (&[issuer, ("--listen", "0.0.0.0:0")], &[], "is reached from other machines"),
        (&[issuer, ("--peer", "audit=http://192.0.2.7:8081")], &[], "--peer audit: 192.0.2.7"),
        (&[issuer, ("--postgres-url", "postgres://hub@192.0.2.7/hub")], &[], "sslmode=verify-full"),
        (&[issuer, ("--vault-url", "postgres://hub@192.0.2.7/hub?sslmode=require")], &[], "sslmode=verify-full"),
        (&[issuer, ("--nats-url", "nats://192.0.2.7")], &[], "tls://"),
    ] {
        let said = refused(settings, flags);
        assert!(said.contains(says), "{settings:?} {flags:?}: {said}");
    }
}

#[test]
fn a_service_behind_the_gateway_listens_on_this_machine_only() {
    let settings = [("--issuer", "https://login.example.nl"), ("--listen", "0.0.0.0:0")];
    let said = refused(&settings, &["--https"]);
    assert!(said.contains("the secret of the installation would be sent there without TLS"), "{said}");
}
