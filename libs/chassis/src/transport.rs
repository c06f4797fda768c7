//! Connections to other machines: over TLS that verifies the server, or not at all.
//!
//! A Unix socket and a loopback address are this machine. A name is this machine when it is `localhost`, or when every
//! address it has is a loopback address.

use anyhow::{Context, bail, ensure};
use async_nats::ServerAddr;
use reqwest::Url;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::net::IpAddr;

/// Whether an address is of this machine alone.
#[must_use]
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Whether all that is sent to a host stays on this machine. A name that cannot be looked up does not count.
async fn stays_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse() {
        return is_loopback(address);
    }
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let Ok(addresses) = tokio::net::lookup_host((host, 0)).await else { return false };
    let mut addresses = addresses.peekable();
    addresses.peek().is_some() && addresses.all(|address| is_loopback(address.ip()))
}

/// Whether a PostgreSQL may be reached so; `setting` is what names it.
///
/// # Errors
/// When it is on another machine and its name and certificate are not both checked.
pub async fn postgres(setting: &str, options: &PgConnectOptions) -> anyhow::Result<()> {
    let host = options.get_host();
    if options.get_socket().is_some() || host.starts_with('/') || stays_here(host).await {
        return Ok(());
    }
    let mode = options.get_ssl_mode();
    // `require` encrypts for any server that answers, `verify-ca` for any server with a certificate of that authority.
    ensure!(
        matches!(mode, PgSslMode::VerifyFull),
        "{setting}: PostgreSQL at {host} is on another machine, and sslmode={} does not check who answers there: add \
         sslmode=verify-full to its address, and sslrootcert=FILE when no public authority signed its certificate",
        named(mode)
    );
    Ok(())
}

fn named(mode: PgSslMode) -> &'static str {
    match mode {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    }
}

/// Whether a nats-server may be reached so.
///
/// # Errors
/// When it is no address, or on another machine and not over TLS.
pub async fn nats(setting: &str, url: &str) -> anyhow::Result<()> {
    let address: ServerAddr = url.parse().with_context(|| format!("{setting}: not an address of NATS"))?;
    ensure!(
        address.tls_required() || stays_here(address.host()).await,
        "{setting}: NATS at {} is on another machine and would be reached without TLS: begin its address with tls://",
        address.host()
    );
    Ok(())
}

/// Whether what is secret may be sent to an address of HTTP, such as a peer, the hub or a collector.
///
/// # Errors
/// When it is no address, or on another machine and not over https.
pub async fn http(setting: &str, url: &str) -> anyhow::Result<()> {
    let address = Url::parse(url).with_context(|| format!("{setting}: {url} is not an address"))?;
    let Some(host) = address.host_str() else { bail!("{setting}: {url} names no host") };
    match address.scheme() {
        "https" => Ok(()),
        "http" if stays_here(host).await => Ok(()),
        "http" => bail!(
            "{setting}: {host} is on another machine and would be reached without TLS: its address must be https://"
        ),
        other => bail!("{setting}: {url} is {other}, not https"),
    }
}

/// Whether spans may be sent to a collector: the exporter speaks no TLS, so only to one of this machine.
///
/// # Errors
/// When it is no address, or on another machine.
pub async fn collector(setting: &str, url: &str) -> anyhow::Result<()> {
    let address = Url::parse(url).with_context(|| format!("{setting}: {url} is not an address"))?;
    let host = address.host_str().unwrap_or_default();
    ensure!(
        stays_here(host).await,
        "{setting}: {host} is on another machine and would be reached without TLS: run a collector on this machine that \
         passes it on over TLS"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refused(url: &str) -> bool {
        postgres("--postgres-url", &url.parse().unwrap()).await.is_err()
    }

    #[tokio::test]
    async fn a_postgres_of_another_machine_needs_a_checked_name_and_certificate() {
        for mode in ["", "?sslmode=disable", "?sslmode=allow", "?sslmode=prefer", "?sslmode=require"] {
            assert!(refused(&format!("postgres://hub@192.0.2.7/postgres{mode}")).await, "{mode}");
            assert!(refused(&format!("postgres://hub@[2001:db8::7]/postgres{mode}")).await, "{mode}");
        }
        assert!(refused("postgres://hub@192.0.2.7/postgres?sslmode=verify-ca").await);
        assert!(!refused("postgres://hub@192.0.2.7/postgres?sslmode=verify-full").await);
        // The parameter goes before the host of the address.
        assert!(refused("postgres://hub@127.0.0.1/postgres?host=192.0.2.7").await);
        assert!(refused("postgres://hub@localhost/postgres?hostaddr=192.0.2.7").await);
    }

    #[tokio::test]
    async fn a_postgres_of_this_machine_needs_no_tls() {
        for place in ["127.0.0.1", "127.8.9.10", "[::1]", "localhost", "LOCALHOST", "%2Fvar%2Frun%2Fpostgresql"] {
            assert!(!refused(&format!("postgres://hub@{place}/postgres?sslmode=disable")).await, "{place}");
        }
        assert!(!refused("postgres://hub@192.0.2.7/postgres?host=/var/run/postgresql").await);
    }

    #[tokio::test]
    async fn a_name_is_this_machine_only_by_all_of_its_addresses() {
        for name in ["localhost.example", "no-such-host.invalid", "127.0.0.1.example", "0.0.0.0", "::", ""] {
            assert!(!stays_here(name).await, "{name}");
        }
        assert!(stays_here("::ffff:127.0.0.1").await);
        assert!(!stays_here("::ffff:192.0.2.7").await);
    }

    #[tokio::test]
    async fn nats_of_another_machine_needs_tls() {
        for url in ["nats://hub:word@192.0.2.7:4222", "192.0.2.7", "nats://nats.invalid"] {
            assert!(nats("--nats-url", url).await.is_err(), "{url}");
        }
        for url in
            ["tls://hub:word@nats.invalid:4222", "nats://127.0.0.1:4222", "nats://localhost", "nats://[::1]:4222"]
        {
            assert!(nats("--nats-url", url).await.is_ok(), "{url}");
        }
    }

    #[tokio::test]
    async fn peers_and_collectors_of_another_machine_need_tls() {
        for url in ["http://consortium.invalid:8081", "http://192.0.2.7", "ftp://127.0.0.1", "consortium", "unix:/x"] {
            assert!(http("--peer", url).await.is_err(), "{url}");
        }
        for url in ["https://consortium.invalid:8081", "http://127.0.0.1:8081", "http://localhost", "http://[::1]:8081"]
        {
            assert!(http("--peer", url).await.is_ok(), "{url}");
        }
        assert!(collector("--otlp", "http://127.0.0.1:4317").await.is_ok());
        assert!(collector("--otlp", "http://192.0.2.7:4317").await.is_err());
        assert!(collector("--otlp", "https://192.0.2.7:4317").await.is_err());
    }
}
