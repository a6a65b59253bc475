//! The public URL that is not the one that was signed, and the method that a proxy rewrote, for schemes that sign them.

use std::collections::HashSet;
use std::sync::Arc;

use http::header::HOST;
use http::request::Parts;
use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use http::{Method, Request};

use super::case::Case;
use super::form;
use super::trial::{Trial, Trials, at_receiver, none};
use crate::scheme::AnyScheme;

/// Headers in which proxies pass on the host that was asked for.
const HOSTS: [&str; 3] = ["x-forwarded-host", "x-original-host", "host"];
/// Headers in which proxies pass on the path that was asked for.
const PATHS: [&str; 3] = ["x-original-uri", "x-forwarded-uri", "x-original-url"];

pub(super) fn rewritten(case: &Case) -> Trials<'_> {
    let Some(url) = case.signed_url() else {
        return none();
    };
    let once = variants(url, &case.head);
    // Two of them at once: TLS ended at a proxy that also forwards to another host or path.
    let twice = once.clone().into_iter().flat_map(|(_, uri)| variants(&uri, &case.head));
    let mut seen = HashSet::from([url.clone()]);
    let new = once
        .into_iter()
        .chain(twice)
        .filter(move |(_, uri)| seen.insert(uri.clone()));
    Box::new(new.filter_map(|(change, uri)| Some(Trial::new(at_receiver(change), case.with_signed_url(uri)?))))
}

pub(super) fn method(case: &Case) -> Trials<'_> {
    if !signs_method(&case.scheme) {
        return none();
    }
    let methods = [Method::POST, Method::PUT, Method::GET, Method::PATCH, Method::DELETE];
    let others = methods.into_iter().filter(|method| *method != case.head.method);
    Box::new(others.map(|method| {
        let change = format!("verify with the method that was sent, {method}");
        let mut head = Parts::clone(&case.head);
        head.method = method;
        Trial::new(at_receiver(change), case.with_head(head))
    }))
}

/// Whether the signature of a scheme changes with the method.
fn signs_method(scheme: &Arc<dyn AnyScheme>) -> bool {
    let signed = |method: Method| {
        let header = scheme.signature_header()?;
        let request = Request::builder().method(method).body(Vec::new()).ok()?;
        let signed = form::sample_signer(scheme)?.sign(request);
        signed.headers().get(header).cloned()
    };
    signed(Method::POST) != signed(Method::PATCH)
}

type Variants = Vec<(&'static str, Uri)>;

fn variants(uri: &Uri, head: &Parts) -> Variants {
    let mut found = Vec::new();
    let mut add = |change, uri: Option<Uri>| found.extend(uri.map(|uri| (change, uri)));
    let received = &head.uri;
    let is_absolute = received.authority().is_some();
    add(
        "verify with the URL that the request came to",
        is_absolute.then(|| received.clone()),
    );
    let target = received.path_and_query().cloned();
    add(
        "verify with the public URL: its path and query are those that the request came to",
        target.and_then(|target| with_target(uri, target)),
    );
    for name in PATHS {
        let target = head
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok()?.parse().ok());
        add(
            "verify with the path that the proxy was asked for",
            target.and_then(|target| with_target(uri, target)),
        );
    }
    let authorities = HOSTS
        .iter()
        .filter_map(|name| head.headers.get(*name)?.to_str().ok()?.parse::<Authority>().ok());
    for authority in authorities {
        let change = "verify with the public URL: its host";
        add(change, with_authority(uri, Scheme::HTTPS, authority.clone()));
        add(change, with_authority(uri, Scheme::HTTP, authority));
    }
    if let Some(authority) = uri.authority() {
        let change = "verify with the public URL: its scheme is https, TLS ended at a proxy";
        add(change, with_authority(uri, Scheme::HTTPS, authority.clone()));
        let change = "verify with the URL as it was signed: its scheme is http";
        add(change, with_authority(uri, Scheme::HTTP, authority.clone()));
        let scheme = uri.scheme().cloned().unwrap_or(Scheme::HTTPS);
        let without = authority.host().parse().ok();
        add(
            "verify with the public URL: without the port",
            without.and_then(|host| with_authority(uri, scheme.clone(), host)),
        );
        let port = if scheme == Scheme::HTTPS { 443 } else { 80 };
        let with = format!("{}:{port}", authority.host()).parse().ok();
        add(
            "verify with the URL as it was signed: with the port",
            with.and_then(|host| with_authority(uri, scheme, host)),
        );
    }
    let (path, query) = (uri.path(), uri.query());
    let target = |path: &str, query: Option<&str>| {
        let text = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        with_target(uri, text.parse().ok()?)
    };
    let slash = "verify with the URL as it was signed: the slash at the end of its path";
    add(
        slash,
        match path.strip_suffix('/') {
            Some(path) => target(path, query),
            None => target(&format!("{path}/"), query),
        },
    );
    let inner = path.get(1..).and_then(|path| path.find('/')).map(|at| &path[at + 1..]);
    add(
        "verify with the path that the application sees",
        inner.and_then(|path| target(path, query)),
    );
    if let Some(query) = received.query() {
        add(
            "verify with the public URL: its query is that which the request came with",
            target(path, Some(query)),
        );
    }
    if let Some(query) = query {
        let mut parts: Vec<_> = query.split('&').collect();
        parts.sort_unstable();
        add(
            "verify with the query as it was signed: in alphabetical order",
            target(path, Some(&parts.join("&"))),
        );
        let mut parts: Vec<_> = query.split('&').collect();
        parts.reverse();
        add(
            "verify with the query as it was signed: in its order",
            target(path, Some(&parts.join("&"))),
        );
        add(
            "verify with the query as it was signed: %20 for +",
            target(path, Some(&query.replace('+', "%20"))),
        );
        add(
            "verify with the query as it was signed: + for %20",
            target(path, Some(&query.replace("%20", "+"))),
        );
        add(
            "verify with the URL as it was signed: without its query",
            target(path, None),
        );
    }
    found
}

fn with_authority(uri: &Uri, scheme: Scheme, authority: Authority) -> Option<Uri> {
    let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let uri = Uri::builder()
        .scheme(scheme)
        .authority(authority)
        .path_and_query(target);
    uri.build().ok()
}

fn with_target(uri: &Uri, target: PathAndQuery) -> Option<Uri> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target);
    Uri::from_parts(parts).ok()
}

/// The URL that the request was probably sent to, from its target and its `Host`.
pub(super) fn absolute(head: &Parts) -> Option<Uri> {
    let host = head.headers.get(HOST)?.to_str().ok()?.parse().ok()?;
    with_authority(&head.uri, Scheme::HTTPS, host)
}
