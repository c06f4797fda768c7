//! What the audit service as a process of its own refuses before it connects to anything.

use std::process::{Command, Stdio};

/// What it reports when it is started with these arguments; none of its servers is there.
fn refused(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_audit"));
    command.env_clear().args(["--secrets", "/regiohub-alone-never-made", "--listen", "127.0.0.1:0"]);
    command.args([
        "--postgres-url",
        "postgres://hub@127.0.0.1:9/hub",
        "--vault-url",
        "postgres://hub@127.0.0.1:9/vault",
    ]);
    command.args(["--nats-url", "nats://127.0.0.1:9", "--issuer", "https://login.example.nl"]).args(arguments);
    let ended = command.stdin(Stdio::null()).output().unwrap();
    assert!(!ended.status.success());
    String::from_utf8(ended.stderr).unwrap()
}

#[test]
fn an_audit_service_that_knows_no_signer_does_not_start() {
    let said = refused(&[]);
    assert!(said.contains("--signer") && said.contains("REGIOHUB_SIGNER_URL"), "{said}");
    for signer in [["--signer", "/regiohub-alone-never-made"], ["--signer-url", "http://127.0.0.1:9"]] {
        let said = refused(&signer);
        // It went on to the servers, which are not there.
        assert!(said.contains("--postgres-url"), "{said}");
    }
}
