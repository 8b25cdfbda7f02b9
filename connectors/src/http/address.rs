//! Which addresses may be connected to: the guard against requests that are tricked into our own network.
//!
//! Whoever names a link makes the bot fetch it from inside the firewall. So a target must be public,
//! unless it is the host and port that an administrator configured, and some addresses are refused
//! even then: a cloud's metadata service hands out credentials to whoever asks. What is checked is
//! what is connected to: literals here, before the request is sent (the HTTP client does not
//! resolve them), and names as the client's own resolver, after the look-up and not before it.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Who may connect to an address, from everyone to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// A host of the Internet.
    Public,
    /// This machine or its network: only where an administrator configured it.
    Inside,
    /// Metadata services, link-local, multicast and addresses that no host has.
    Never,
}

use Reach::{Inside, Never, Public};

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8, reach: Reach) -> (Ipv4Net, Reach) {
    (Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix), reach)
}

/// The first that contains an address decides; all others are public. After the
/// [IANA registry](https://www.iana.org/assignments/iana-ipv4-special-registry/).
const V4: &[(Ipv4Net, Reach)] = &[
    v4(100, 100, 100, 200, 32, Never), // Alibaba Cloud's metadata
    v4(168, 63, 129, 16, 32, Never),   // Azure's wire server
    v4(0, 0, 0, 0, 8, Never),
    v4(10, 0, 0, 0, 8, Inside),
    v4(100, 64, 0, 0, 10, Inside),
    v4(127, 0, 0, 0, 8, Inside),
    v4(169, 254, 0, 0, 16, Never), // AWS, Google, Azure, OpenStack, ECS task credentials
    v4(172, 16, 0, 0, 12, Inside),
    v4(192, 0, 0, 0, 24, Never), // holds Oracle Cloud's metadata, 192.0.0.192
    v4(192, 0, 2, 0, 24, Never),
    v4(192, 88, 99, 0, 24, Never),
    v4(192, 168, 0, 0, 16, Inside),
    v4(198, 18, 0, 0, 15, Inside),
    v4(198, 51, 100, 0, 24, Never),
    v4(203, 0, 113, 0, 24, Never),
    v4(224, 0, 0, 0, 3, Never),
];

const fn v6(segments: [u16; 8], prefix: u8, reach: Reach) -> (Ipv6Net, Reach) {
    let [a, b, c, d, e, f, g, h] = segments;
    (Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix), reach)
}

/// As [`V4`], but what no line contains is never connected to: only 2000::/3 is handed out.
const V6: &[(Ipv6Net, Reach)] = &[
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128, Inside),
    v6([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0], 32, Never), // AWS: metadata, pod credentials
    v6([0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x254], 128, Never), // Google Cloud's metadata
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, Inside),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Never),
    v6([0x2001, 0x0db8, 0, 0, 0, 0, 0, 0], 32, Never),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Never),
    v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3, Public),
];

/// Names under which clouds serve metadata; their addresses are refused as well.
const METADATA_NAMES: &[&str] = &[
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "metadata.azure.com",
    "metadata.tencentyun.com",
    "metadata.platformequinix.com",
    "metadata.packet.net",
    "instance-data",
    "instance-data.ec2.internal",
];

const LOCAL_NAMES: &[&str] = &["localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback"];

/// How far `address` may be reached from.
pub(super) fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => V4.iter().find(|(net, _)| net.contains(&address)).map_or(Public, |(_, reach)| *reach),
        IpAddr::V6(address) => match embedded(address) {
            // Written through another protocol, a public address is no more than an odd one: there
            // is no reason to use it, and a translator on the way may be ours.
            Some(within) => reach(within.into()).max(Inside),
            None => V6.iter().find(|(net, _)| net.contains(&address)).map_or(Never, |(_, reach)| *reach),
        },
    }
}

/// The IPv4 address that a transition mechanism would deliver to.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let at = address.segments();
    let last = Ipv4Addr::from((u32::from(at[6]) << 16) | u32::from(at[7]));
    match at {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        // Compatible, mapped (RFC 4291), translated (RFC 7915), NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(last),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        // Teredo (RFC 4380) writes the client's address inverted.
        [0x2001, 0, ..] => Some(Ipv4Addr::from(!u32::from(last))),
        // ISATAP (RFC 5214), below any prefix.
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => Some(last),
        _ => None,
    }
}

/// Why a target is refused; says nothing about where a name led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// No http or https address, or none with a host.
    NotWeb,
    /// It holds a user name or password, which would be sent along.
    Credentials,
    Inside,
    Never,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::NotWeb => "it is no http:// or https:// address",
            Refused::Credentials => "it holds a user name or a password",
            Refused::Inside => "it leads into a private network",
            Refused::Never => "it leads to an address that the bot never connects to",
        })
    }
}

impl std::error::Error for Refused {}

/// Decides where one client may connect to.
#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    own: Option<Arc<Own>>,
}

/// The host and port that an administrator configured.
#[derive(Debug)]
struct Own {
    host: String,
    port: u16,
}

impl Guard {
    /// Lets through public targets only.
    pub(super) fn public() -> Guard {
        Guard::default()
    }

    /// Lets through public targets, and the host and port of `base` unless nobody may go there.
    pub(super) fn with_own(base: &Url) -> Result<Guard, Refused> {
        let (host, port) = target(base)?;
        let guard = Guard { own: Some(Arc::new(Own { host, port })) };
        guard.check(base).map(|()| guard)
    }

    /// Checks everything about a target that can be known without asking the DNS.
    pub(super) fn check(&self, url: &Url) -> Result<(), Refused> {
        let (host, port) = target(url)?;
        let allowed = match &self.own {
            Some(own) if own.host == host && own.port == port => Inside,
            // The resolver is not told the port, so other ports of that host are refused here.
            Some(own) if own.host == host => return Err(Refused::Inside),
            _ => Public,
        };
        let found = match url.host() {
            Some(Host::Ipv4(address)) => reach(address.into()),
            Some(Host::Ipv6(address)) => reach(address.into()),
            _ => reach_of_name(&host),
        };
        admit(found, allowed)
    }

    /// The addresses of `name` that may be connected to.
    fn resolved(&self, name: &str, addresses: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let name = normal(name);
        let allowed = if self.own.as_ref().is_some_and(|own| own.host == name) { Inside } else { Public };
        admit(reach_of_name(&name), allowed)?;
        let mut refused = None;
        let mut admitted = Vec::new();
        for address in addresses {
            match admit(reach(address.ip()), allowed) {
                Ok(()) => admitted.push(address),
                Err(err) => refused = Some(err),
            }
        }
        match refused {
            // A name with public and private addresses at once is a trick more often than a mistake.
            Some(err) => Err(err),
            None => Ok(admitted),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted = guard.resolved(name.as_str(), found)?;
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

fn admit(found: Reach, allowed: Reach) -> Result<(), Refused> {
    match found {
        _ if found <= allowed => Ok(()),
        Never => Err(Refused::Never),
        _ => Err(Refused::Inside),
    }
}

/// The host, as names are compared, and the port.
fn target(url: &Url) -> Result<(String, u16), Refused> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refused::NotWeb);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Credentials);
    }
    let host = normal(url.host_str().unwrap_or_default());
    match url.port_or_known_default() {
        Some(port) if !host.is_empty() => Ok((host, port)),
        _ => Err(Refused::NotWeb),
    }
}

fn normal(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// What a name says by itself; the DNS has the last word on the others.
fn reach_of_name(name: &str) -> Reach {
    if METADATA_NAMES.contains(&name) {
        Never
    } else if LOCAL_NAMES.contains(&name) || name.ends_with(".localhost") {
        Inside
    } else {
        Public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of a verdict and an address: `public`, `inside`, `never`, or `bad` for what is no
    /// address that a request could be sent to.
    const ADDRESSES: &str = include_str!("fixtures/addresses.txt");

    fn verdict(text: &str) -> &'static str {
        let Ok(url) = Url::parse(text) else { return "bad" };
        match (Guard::public().check(&url), Guard::with_own(&url)) {
            (Ok(()), Ok(_)) => "public",
            (Err(Refused::Inside), Ok(_)) => "inside",
            (Err(Refused::Never), Err(Refused::Never)) => "never",
            (Err(Refused::NotWeb | Refused::Credentials), Err(Refused::NotWeb | Refused::Credentials)) => "bad",
            _ => "inconsistent",
        }
    }

    #[test]
    fn every_form_of_an_address_is_known() {
        let lines: Vec<_> = ADDRESSES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert!(lines.len() >= 250, "the corpus shrank to {} lines", lines.len());
        let wrong: Vec<_> = lines
            .iter()
            .filter_map(|line| {
                let (expected, url) = line.split_once(' ').expect("a verdict, a space, an address");
                let found = verdict(url);
                (found != expected).then(|| format!("{url}: {found}, not {expected}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn only_the_configured_port_of_the_configured_host_is_ours() {
        let guard = Guard::with_own(&url("http://127.0.0.1:3000/redmine")).unwrap();
        assert_eq!(guard.check(&url("http://127.0.0.1:3000/x")), Ok(()));
        assert_eq!(guard.check(&url("http://2130706433:3000/x")), Ok(()));
        assert_eq!(guard.check(&url("http://127.0.0.1:3001/x")), Err(Refused::Inside));
        assert_eq!(guard.check(&url("http://127.0.0.2:3000/x")), Err(Refused::Inside));
        assert_eq!(guard.check(&url("http://93.184.216.34/x")), Ok(()));
        let guard = Guard::with_own(&url("https://redmine.example.org")).unwrap();
        assert_eq!(guard.check(&url("https://Redmine.example.org.:443/x")), Ok(()));
        assert_eq!(guard.check(&url("https://redmine.example.org:22/x")), Err(Refused::Inside));
    }

    #[test]
    fn a_name_is_judged_by_where_it_leads() {
        let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), 0);
        let public = Guard::public();
        let own = Guard::with_own(&url("https://redmine.example.org")).unwrap();
        for (guard, name, addresses, expected) in [
            (&public, "files.example.org", vec!["93.184.216.34"], Ok(())),
            (&public, "files.example.org", vec!["10.0.0.1"], Err(Refused::Inside)),
            (&public, "files.example.org", vec!["93.184.216.34", "127.0.0.1"], Err(Refused::Inside)),
            (&public, "files.example.org", vec!["::ffff:10.0.0.1"], Err(Refused::Inside)),
            (&public, "files.example.org", vec!["169.254.169.254"], Err(Refused::Never)),
            (&public, "LOCALHOST.", vec!["93.184.216.34"], Err(Refused::Inside)),
            (&public, "metadata.google.internal", vec!["93.184.216.34"], Err(Refused::Never)),
            (&own, "redmine.example.org", vec!["10.0.0.1", "fd12::1"], Ok(())),
            (&own, "redmine.example.org", vec!["fd00:ec2::254"], Err(Refused::Never)),
            (&own, "redmine.example.org", vec!["100.100.100.200"], Err(Refused::Never)),
            (&own, "other.example.org", vec!["10.0.0.1"], Err(Refused::Inside)),
        ] {
            let found = guard.resolved(name, addresses.iter().map(|it| at(it))).map(|it| assert_eq!(it.len(), addresses.len()));
            assert_eq!(found, expected, "{name} {addresses:?}");
        }
    }
}
