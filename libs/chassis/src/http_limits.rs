//! What an operator bounds: connections, requests and rates.

use crate::connections::Bounds;
use crate::descriptors;
use crate::patient::Patience;
use anyhow::ensure;
use std::time::Duration;
use web::{Proxy, ProxyHeader, Quota, Rates};

/// Connections that everyone may have, where the descriptors of the process allow it.
const USUAL_CONNECTIONS: u64 = 8_192;

/// Connections to the internal listener beside a public one: commands, peers and monitoring.
pub(crate) const INTERNAL_CONNECTIONS: usize = 512;

/// Descriptors for everything besides connections of the public: databases, NATS, files, the internal listener.
const KEPT_DESCRIPTORS: u64 = 1_024;

/// What an operator bounds.
#[derive(Clone, Debug, clap::Args)]
pub struct HttpLimits {
    /// Connections to the public listener at the same time. When all are taken, further ones wait in the backlog until one
    /// ends. By default 8192, or as many as the hard limit of descriptors (ulimit -Hn) leaves; the hub raises its own
    /// limit up to that one.
    #[arg(long, env = "REGIOHUB_HTTP_CONNECTIONS", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    http_connections: Option<u32>,
    /// Connections that wait until they are accepted. The kernel has a bound of its own: net.core.somaxconn.
    #[arg(long, env = "REGIOHUB_HTTP_BACKLOG", default_value_t = 4_096, value_parser = clap::value_parser!(u32).range(1..=65_535))]
    http_backlog: u32,
    /// Seconds until the header of a request must be there whole, from its first byte, or from the beginning of a new
    /// connection.
    #[arg(long, env = "REGIOHUB_HTTP_HEADER_SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    http_header_seconds: u32,
    /// Seconds until a connection without a request is closed. More than a proxy keeps its own connections to the hub open,
    /// so that it is the proxy who closes them. Of connections that begin while three quarters of all are taken, no more than
    /// for a header.
    #[arg(long, env = "REGIOHUB_HTTP_IDLE_SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    http_idle_seconds: u32,
    /// Seconds until a client that reads nothing of its answer is cut off.
    #[arg(long, env = "REGIOHUB_HTTP_STALL_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    http_stall_seconds: u32,
    /// Bytes of the body of a request.
    #[arg(long, env = "REGIOHUB_HTTP_BODY_BYTES", default_value_t = 1_048_576, value_parser = clap::value_parser!(u32).range(1_024..=16_777_216))]
    http_body_bytes: u32,
    /// Requests that are worked on at the same time, over all connections; further ones are answered 503. One client has a
    /// quarter of them, further ones of its own are answered 429.
    #[arg(long, env = "REGIOHUB_HTTP_REQUESTS", default_value_t = 1_024, value_parser = clap::value_parser!(u32).range(4..=1_000_000))]
    http_requests: u32,
    /// Requests of each service that wait at the same time until it is as far as their Hub-Min-Position; further ones are
    /// answered 503. An eighth of that for those who hold no role.
    #[arg(long, env = "REGIOHUB_HTTP_WAITERS", default_value_t = 256, value_parser = clap::value_parser!(u32).range(8..=1_000_000))]
    http_waiters: u32,
    /// Requests a second of one client (the subject of a token, or the client id of a machine's) in one region, in the
    /// long run; in all regions together eight times as many. A request beyond them is answered 429. Each process
    /// counts by itself.
    #[arg(long, env = "REGIOHUB_RATE_CLIENT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rate_client: u32,
    /// The number of such requests that may come at once, after a pause.
    #[arg(long, env = "REGIOHUB_RATE_CLIENT_BURST", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rate_client_burst: u32,
    /// Requests a second of one address, in the long run, that bring no token, or one that does not verify. A whole school
    /// may have one address. An IPv6 network of 64 bits counts as one.
    #[arg(long, env = "REGIOHUB_RATE_ADDRESS", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rate_address: u32,
    /// The number of such requests that may come at once, after a pause.
    #[arg(long, env = "REGIOHUB_RATE_ADDRESS_BURST", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rate_address_burst: u32,
    /// The header in which the proxy before the hub passes on the address of its client: forwarded or x-forwarded-for.
    /// Only where nobody but that proxy reaches the listener. Without it all clients of a proxy count as one address.
    #[arg(long, env = "REGIOHUB_PROXY_HEADER")]
    proxy_header: Option<ProxyHeader>,
    /// The number of proxies in a row before the hub, each of which adds an address to that header.
    #[arg(long, env = "REGIOHUB_PROXY_HOPS", default_value_t = 1, requires = "proxy_header", value_parser = clap::value_parser!(u32).range(1..=16))]
    proxy_hops: u32,
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

impl HttpLimits {
    /// Whether this process may have as many descriptors as its connections need.
    ///
    /// # Errors
    /// When it may not.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let (allowed, wanted) = (descriptors::hard(), u64::from(self.http_connections.unwrap_or(0)));
        ensure!(
            wanted <= left(allowed),
            "--http-connections {wanted} needs more descriptors than the hard limit of {allowed} leaves, which is {}: raise it \
             (ulimit -Hn, LimitNOFILE)",
            left(allowed)
        );
        Ok(())
    }

    /// How many connections wait until they are accepted.
    #[must_use]
    pub fn backlog(&self) -> u32 {
        self.http_backlog
    }

    /// Of the public listener.
    pub(crate) fn connections(&self) -> Bounds {
        let usual = USUAL_CONNECTIONS.min(left(descriptors::hard()));
        let most = self.http_connections.map_or(usual, u64::from);
        let patience = Patience {
            header: seconds(self.http_header_seconds),
            idle: seconds(self.http_idle_seconds),
            stall: seconds(self.http_stall_seconds),
        };
        Bounds { connections: usize::try_from(most).unwrap_or(usize::MAX), patience }
    }

    pub(crate) fn requests(&self) -> web::Bounds {
        web::Bounds { body: wide(self.http_body_bytes), waiters: wide(self.http_waiters) }
    }

    pub(crate) fn rates(&self) -> Rates {
        Rates {
            client: Quota { per_second: self.rate_client, burst: self.rate_client_burst },
            address: Quota { per_second: self.rate_address, burst: self.rate_address_burst },
            at_work: wide(self.http_requests),
            proxy: self.proxy_header.map(|header| Proxy { header, hops: wide(self.proxy_hops) }),
        }
    }
}

/// What descriptors are left for connections: where there are few, half of them.
fn left(allowed: u64) -> u64 {
    allowed.saturating_sub(KEPT_DESCRIPTORS).max(allowed / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        limits: HttpLimits,
    }

    fn limits(arguments: &[&str]) -> HttpLimits {
        Program::parse_from([&["program"], arguments].concat()).limits
    }

    #[test]
    fn the_defaults_of_the_program_are_those_of_the_libraries() {
        let limits = limits(&[]);
        assert_eq!((limits.rates(), limits.requests()), (Rates::default(), web::Bounds::default()));
        assert_eq!(Bounds { connections: 8_192, ..limits.connections() }, Bounds::default());
    }

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        assert_eq!([1_024, 4_096, 20_000, 1_048_576].map(left), [512, 3_072, 18_976, 1_047_552]);
        let many = descriptors::hard().min(1_000_000).to_string();
        assert!(limits(&["--http-connections", &many]).check().is_err());
        assert!(limits(&["--http-connections", "16"]).check().is_ok() && limits(&[]).check().is_ok());
    }

    #[test]
    fn a_proxy_counts_only_when_it_is_named() {
        let told = limits(&["--proxy-header", "x-forwarded-for", "--proxy-hops", "2"]).rates().proxy;
        assert_eq!(told, Some(Proxy { header: ProxyHeader::XForwardedFor, hops: 2 }));
        assert_eq!(limits(&[]).rates().proxy, None);
    }
}
