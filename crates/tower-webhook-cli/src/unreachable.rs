//! Why there is no answer, and what to do about it, on one line.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter::successors;

use rustls::CertificateError::{NotValidForName, NotValidForNameContext};

use crate::term::Plain;

/// Describes an error of the client by its root, such as `Connection refused (os error 111): is the receiver running,
/// and is this its port?`. A certificate, and so its error, may have text of a stranger.
pub(crate) fn describe(error: &(dyn Error + 'static)) -> String {
    let chain: Vec<_> = successors(Some(error), |error| next(*error)).collect();
    let root = chain.last().map_or_else(String::new, ToString::to_string);
    let advice = chain.iter().rev().find_map(|error| advice(*error));
    format!("{}: {}", Plain(&root), advice.unwrap_or("is this the right URL?"))
}

/// The cause. That of an [`io::Error`] is within it, and [`Error::source`] passes it over.
fn next<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    let within = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    within.map(|error| error as _).or_else(|| error.source())
}

fn advice(error: &(dyn Error + 'static)) -> Option<&'static str> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(error));
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return of_http(error);
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return of_connection(error.kind());
    }
    // The type of this error is private to hyper-util.
    (error.to_string() == "dns error").then_some("is the name of the host right, and is there a network?")
}

fn of_tls(error: &rustls::Error) -> &'static str {
    match error {
        rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            "name the host in the URL as its certificate does"
        }
        rustls::Error::InvalidCertificate(_) => "if you trust its certificate, name it with --cacert",
        rustls::Error::InvalidMessage(_) => "does it speak HTTPS? If not, write http://",
        _ => "do both sides speak the same TLS?",
    }
}

fn of_http(error: &hyper::Error) -> Option<&'static str> {
    if error.is_incomplete_message() {
        return Some("the receiver ended the connection: its log may say why");
    }
    // That is an error of parsing, too.
    if error.is_parse_too_large() {
        return Some("let it send fewer or shorter headers: at most 100, and 64 KiB in all");
    }
    error
        .is_parse()
        .then_some("does it speak HTTP? If it is HTTPS, write https://")
}

fn of_connection(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::ConnectionRefused | ErrorKind::TimedOut => "is the receiver running, and is this its port?",
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => "the receiver ended the connection: its log may say why",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "is there a network, and is the address right?",
        ErrorKind::UnexpectedEof => "does it speak HTTPS? If not, write http://",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use rustls::{CertificateError, InvalidMessage};

    use super::*;

    /// An error around another one, as clients make them.
    #[derive(Debug)]
    struct Around(&'static str, Box<dyn Error + Send + Sync>);

    impl fmt::Display for Around {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Around {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&*self.1)
        }
    }

    fn described(error: impl Into<Box<dyn Error + Send + Sync>>) -> String {
        describe(&Around("client error (Connect)", error.into()))
    }

    #[test]
    fn the_root_is_told_with_what_to_do() {
        let refused = io::Error::new(ErrorKind::ConnectionRefused, "refused");
        assert_eq!(
            described(refused),
            "refused: is the receiver running, and is this its port?"
        );
        let lookup = Around("dns error", io::Error::other("failed to look up").into());
        assert_eq!(
            described(lookup),
            "failed to look up: is the name of the host right, and is there a network?"
        );
        assert_eq!(described("something else"), "something else: is this the right URL?");
    }

    #[test]
    fn an_error_of_tls_is_found_within_one_of_the_connection() {
        for (error, advice) in [
            (CertificateError::UnknownIssuer.into(), "name it with --cacert"),
            (NotValidForName.into(), "as its certificate does"),
            (InvalidMessage::InvalidContentType.into(), "write http://"),
            (rustls::Error::DecryptError, "the same TLS?"),
        ] {
            let error: rustls::Error = error;
            let described = described(io::Error::new(ErrorKind::InvalidData, error));
            assert!(described.ends_with(advice), "{described}");
        }
    }

    #[test]
    fn the_text_of_a_stranger_steers_no_terminal() {
        let described = described("certificate for \u{1b}[2J\nother");
        assert!(
            described.starts_with(r"certificate for \u{1b}[2J\nother: "),
            "{described}"
        );
    }
}
