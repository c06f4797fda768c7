//! Where a request comes from: the other end of its connection, or what a declared proxy says.
//!
//! **Invariant:** a header counts only where a proxy was declared, and of it only what that proxy wrote itself.

use http::{HeaderMap, HeaderName, header};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// The other end of the connection that a request came over: put there by the listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The header in which a proxy says from where it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyHeader {
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// `X-Forwarded-For`.
    XForwardedFor,
}

/// A proxy that was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Where it says so.
    pub header: ProxyHeader,
    /// How many proxies stand one after the other, each of which adds an address at the end; at least one.
    pub hops: usize,
}

impl FromStr for ProxyHeader {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "forwarded" => Ok(Self::Forwarded),
            "x-forwarded-for" => Ok(Self::XForwardedFor),
            _ => Err("is forwarded or x-forwarded-for"),
        }
    }
}

/// Where a request comes from. What the proxy says counts where it reads; else all that comes over it counts as one.
pub(crate) fn of(headers: &HeaderMap, peer: IpAddr, proxy: Option<Proxy>) -> IpAddr {
    proxy.and_then(|proxy| said(headers, proxy)).unwrap_or(peer)
}

/// What is counted as one address: an IPv6 network of 64 bits is one customer's.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

fn said(headers: &HeaderMap, proxy: Proxy) -> Option<IpAddr> {
    let name = match proxy.header {
        ProxyHeader::Forwarded => header::FORWARDED,
        ProxyHeader::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
    };
    // From the end: what stands before the addresses of our own proxies is whatever the client sent.
    let lines = headers.get_all(name).iter().rev();
    let mut elements = lines.flat_map(|line| from_the_end(line.to_str().unwrap_or_default()));
    let element = elements.nth(proxy.hops.max(1) - 1)?;
    match proxy.header {
        ProxyHeader::XForwardedFor => node(element),
        ProxyHeader::Forwarded => {
            let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.rfind(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
            let value = value.trim();
            node(value.strip_prefix('"').map_or(value, |value| value.strip_suffix('"').unwrap_or(value)))
        }
    }
}

/// The elements of a list, the last one first. A quote that the client left open spoils its own elements only.
fn from_the_end(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut quoted = false;
        let comma = text.bytes().rposition(|byte| {
            quoted ^= byte == b'"';
            byte == b',' && !quoted
        });
        rest = comma.map(|comma| &text[..comma]);
        Some(text[comma.map_or(0, |comma| comma + 1)..].trim())
    })
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn node(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORWARDED: Proxy = Proxy { header: ProxyHeader::Forwarded, hops: 1 };
    const FOR: Proxy = Proxy { header: ProxyHeader::XForwardedFor, hops: 1 };

    fn seen(proxy: Option<Proxy>, lines: &[(&'static str, &str)]) -> String {
        let headers = lines.iter().map(|(name, line)| (HeaderName::from_static(name), line.parse().unwrap()));
        let mut all = HeaderMap::new();
        headers.for_each(|(name, line)| {
            all.append(name, line);
        });
        of(&all, [127, 0, 0, 1].into(), proxy).to_string()
    }

    #[test]
    fn without_a_declared_proxy_no_header_counts() {
        let lines = [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1")];
        assert_eq!(seen(None, &lines), "127.0.0.1");
        assert_eq!(seen(Some(FOR), &lines[1..]), "127.0.0.1");
        assert_eq!(seen(Some(FORWARDED), &lines[..1]), "127.0.0.1");
    }

    #[test]
    fn only_what_the_proxy_added_itself_counts() {
        for line in ["192.0.2.1", "203.0.113.9, 192.0.2.1", "x, \"y, 192.0.2.1", "203.0.113.9,192.0.2.1:4711"] {
            assert_eq!(seen(Some(FOR), &[("x-forwarded-for", line)]), "192.0.2.1", "{line}");
        }
        for line in [
            "for=192.0.2.1",
            "for=203.0.113.9, For=\"192.0.2.1:4711\";proto=https;by=203.0.113.43",
            "for=\", for=192.0.2.1",
            "for=\"[2001:db8::9]\", proto=https; for=192.0.2.1",
        ] {
            assert_eq!(seen(Some(FORWARDED), &[("forwarded", line)]), "192.0.2.1", "{line}");
        }
        let twice = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "192.0.2.1")];
        assert_eq!(seen(Some(FOR), &twice), "192.0.2.1");
    }

    #[test]
    fn of_two_proxies_the_first_one_was_asked_by_the_client() {
        let two = Some(Proxy { hops: 2, ..FOR });
        assert_eq!(seen(two, &[("x-forwarded-for", "203.0.113.9, 192.0.2.1, 198.51.100.7")]), "192.0.2.1");
        assert_eq!(seen(two, &[("x-forwarded-for", "192.0.2.1")]), "127.0.0.1");
    }

    #[test]
    fn a_header_without_an_address_counts_as_the_proxy() {
        for line in ["", "unknown", "_hidden", "192.0.2.1 192.0.2.2", "[192.0.2", "1"] {
            assert_eq!(seen(Some(FOR), &[("x-forwarded-for", line)]), "127.0.0.1", "{line}");
            assert_eq!(seen(Some(FORWARDED), &[("forwarded", &format!("for={line}"))]), "127.0.0.1", "{line}");
        }
        assert_eq!(seen(Some(FORWARDED), &[("forwarded", "for=\"[2001:db8::1]:47\"")]), "2001:db8::1");
    }

    #[test]
    fn an_ipv6_network_of_64_bits_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
    }
}
