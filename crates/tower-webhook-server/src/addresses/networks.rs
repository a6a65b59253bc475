//! Lists of networks, read from text.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};

/// A list of IPv4 and IPv6 networks.
///
/// A network is an address and the length of its prefix, such as `192.0.2.0/24` or `2001:db8::/32`; an address alone is
/// the network of this one address. An IPv4 address that is written as IPv6 (`::ffff:192.0.2.7`) is that IPv4 address,
/// in the list and wherever an address is looked up. So `::/0` contains IPv6 alone, and `0.0.0.0/0` IPv4 alone.
///
/// A lookup compares with one network after the other. Clones share the list.
///
/// ```
/// use tower_webhook_server::addresses::Networks;
///
/// let networks = Networks::new(["192.0.2.0/24", "2001:db8::/32"])?;
/// assert!(networks.contains("192.0.2.7".parse()?));
/// assert!(networks.contains("::ffff:192.0.2.7".parse()?));
/// assert!(!networks.contains("198.51.100.7".parse()?));
///
/// // As in an environment variable: with commas, white space, or both.
/// let networks: Networks = "192.0.2.0/24, 2001:db8::1".parse()?;
/// assert!(networks.contains("2001:db8::1".parse()?));
///
/// let error = Networks::new(["192.0.2.7/24"]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`192.0.2.7/24` has bits set behind its prefix: write `192.0.2.0/24` for the network, or `192.0.2.7`"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Networks(Arc<[IpNet]>);

impl Networks {
    /// A list of these networks.
    ///
    /// # Errors
    ///
    /// [`NetworkError`] when one of them is not a network, or when there is none.
    pub fn new<I>(networks: I) -> Result<Self, NetworkError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let networks = networks.into_iter().map(|text| network(text.as_ref()));
        let networks: Arc<[IpNet]> = networks.collect::<Result<_, _>>()?;
        if networks.is_empty() {
            return Err(NetworkError::Empty);
        }
        Ok(Self(networks))
    }

    /// A list without networks, which contains no address.
    #[must_use]
    pub fn none() -> Self {
        Self(Arc::new([]))
    }

    /// Whether one of the networks contains the address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Reads networks that are separated by commas or white space.
impl FromStr for Networks {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let separates = |letter: char| letter == ',' || letter.is_whitespace();
        Self::new(text.split(separates).filter(|text| !text.is_empty()))
    }
}

/// Prints the networks.
impl fmt::Debug for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Networks(")?;
        f.debug_list().entries(self.0.iter().map(IpNet::to_string)).finish()?;
        f.write_str(")")
    }
}

/// Why a text is not a list of networks. The message quotes the text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// The list has no network. It would admit nobody.
    Empty,
    /// The text is neither an address nor a network.
    Malformed {
        /// The text.
        text: String,
    },
    /// The address has bits set behind the prefix, so that it is not clear whether the network is meant or the address.
    BitsBehindPrefix {
        /// The text.
        text: String,
        /// The network that contains the address.
        network: String,
        /// The address.
        address: IpAddr,
    },
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("list of networks is empty: name at least one, such as `192.0.2.0/24`"),
            Self::Malformed { text } => write!(
                f,
                "`{text}` is not an address or a network: expected a form such as `192.0.2.0/24` or `2001:db8::/32`"
            ),
            Self::BitsBehindPrefix { text, network, address } => write!(
                f,
                "`{text}` has bits set behind its prefix: write `{network}` for the network, or `{address}`"
            ),
        }
    }
}

impl Error for NetworkError {}

fn network(text: &str) -> Result<IpNet, NetworkError> {
    let text = text.trim();
    let malformed = || NetworkError::Malformed { text: text.to_owned() };
    let network = if text.contains('/') {
        text.parse().map_err(|_| malformed())?
    } else {
        IpNet::from(text.parse::<IpAddr>().map_err(|_| malformed())?)
    };
    if network.trunc() != network {
        return Err(NetworkError::BitsBehindPrefix {
            text: text.to_owned(),
            network: network.trunc().to_string(),
            address: network.addr(),
        });
    }
    Ok(unmapped(network))
}

/// The IPv4 network that an IPv6 network of mapped addresses stands for.
fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let v4 = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    v4.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok())
        .map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_the_addresses_of_its_prefix_alone() {
        for (network, inside, outside) in [
            ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("192.0.2.7/32", "::ffff:192.0.2.7", "::ffff:192.0.2.8"),
            ("::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("::ffff:0.0.0.0/96", "198.51.100.1", "2001:db8::1"),
            ("0.0.0.0/0", "::ffff:198.51.100.1", "::1"),
            ("::/0", "2001:db8::1", "192.0.2.1"),
            ("::/80", "::1", "::ffff:192.0.2.1"),
            ("2001:db8::/32", "2001:db8:ffff::", "2001:db9::"),
            // The deprecated IPv4-compatible form is an IPv6 address.
            ("192.0.2.7", "192.0.2.7", "::192.0.2.7"),
            (" 192.0.2.7 ", "192.0.2.7", "192.0.2.8"),
        ] {
            let networks = Networks::new([network]).unwrap();
            assert!(networks.contains(inside.parse().unwrap()), "{network}: {inside}");
            assert!(!networks.contains(outside.parse().unwrap()), "{network}: {outside}");
        }
    }

    #[test]
    fn another_text_is_refused_and_quoted() {
        for text in [
            "",
            "example.com",
            "192.0.2.0/33",
            "192.0.2/24",
            "192.0.2.0/",
            "/24",
            "192.0.02.1",
            "2001:db8::/129",
            "*",
            "192.0.2.0-192.0.2.9",
            "fe80::1%eth0",
            "[2001:db8::1]",
            "192.0.2.1:80",
            "192.0.2.0/24/24",
            "192.0.2.0/+24",
        ] {
            let error = Networks::new([text]).unwrap_err();
            assert_eq!(error, NetworkError::Malformed { text: text.to_owned() });
            assert!(error.to_string().starts_with(&format!("`{text}` is not")), "{error}");
        }
        for text in ["192.0.2.1/24", "2001:db8::1/32", "::ffff:192.0.2.0/90", "0.0.0.1/0"] {
            let error = Networks::new(["192.0.2.0/24", text]).unwrap_err();
            assert!(
                matches!(error, NetworkError::BitsBehindPrefix { .. }),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn an_empty_list_is_an_error_and_none_contains_nothing() {
        assert_eq!(Networks::new([""; 0]), Err(NetworkError::Empty));
        assert_eq!(" ,\n".parse::<Networks>(), Err(NetworkError::Empty));
        assert!(!Networks::none().contains("192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn text_is_separated_by_commas_and_white_space() {
        let networks: Networks = "192.0.2.0/24,2001:db8::1\n 198.51.100.7 ,".parse().unwrap();
        assert_eq!(
            format!("{networks:?}"),
            r#"Networks(["192.0.2.0/24", "2001:db8::1/128", "198.51.100.7/32"])"#
        );
    }
}
