//! The signature of another provider, or of another endpoint, or under another name.

use std::rc::Rc;
use std::sync::Arc;

use http::HeaderName;
use http::request::Parts;
use tower_webhook::RejectionKind;
use tower_webhook::scheme::Head;

use super::case::Case;
use super::form::{Form, TimeIn};
use super::macs::{self, Found};
use super::trial::{Trial, Trials, at_receiver, at_sender, none};
use super::{secret_key, time, url};
use crate::scheme::{AnyScheme, KNOWN, Kind, Known};
use crate::secret::SecretText;

/// The head is that of another provider, and the secret is right for it.
pub(super) fn other_provider(case: &Case) -> Trials<'_> {
    let readable = KNOWN.iter().filter_map(move |known| {
        let other = case.with_scheme(scheme_of(known, case));
        other.judge().ok()?;
        let other = other.with_secrets(for_scheme(case, &*other.scheme));
        Some(Trial::new(at_receiver(instruction(known, &other.scheme)), other))
    });
    Box::new(readable)
}

/// The header has the name of this provider, and signs what another provider's does.
pub(super) fn other_recipe(case: &Case) -> Trials<'_> {
    let Some(header) = case.scheme.signature_header() else {
        return none();
    };
    let macs: Vec<_> = macs::find_all(case.head.headers.get_all(header), macs::is_length).collect();
    if macs.is_empty() {
        return none();
    }
    let times: Rc<[_]> = time::in_head(case).into_iter().map(Some).collect();
    let trials = KNOWN.iter().flat_map(move |known| {
        let scheme = scheme_of(known, case);
        // What signs the body alone is tried as the accident of a time that was left out.
        let form = Form::of(&scheme).filter(Form::signs_time);
        let same_header = scheme.signature_header() == Some(header);
        let Some(form) = form.filter(|_| !same_header) else {
            return none();
        };
        let change = at_sender(format!(
            "sign what `--scheme {}` signs, or name that scheme",
            known.name
        ));
        let secrets = for_scheme(case, &*scheme);
        let other = case.with_scheme(scheme).with_secrets(secrets);
        let head = Rc::new(with_id(&case.head, &form));
        let macs: Vec<_> = macs
            .iter()
            .filter(|mac| mac.bytes.len() == form.length)
            .cloned()
            .collect();
        let cases = written(other, head, Rc::new(form), macs, Rc::clone(&times));
        Box::new(cases.map(move |other| Trial::new(change.clone(), other))) as Trials<'_>
    });
    Box::new(trials)
}

/// The case with each of these MACs and times in a form, of which the scheme reads the head. Each is made when it is
/// asked for.
fn written(
    case: Case,
    head: Rc<Parts>,
    form: Rc<Form>,
    macs: Vec<Found>,
    times: Rc<[Option<String>]>,
) -> impl Iterator<Item = Case> {
    let pairs = macs.into_iter().flat_map(move |mac| {
        let times = Rc::clone(&times);
        (0..times.len()).map(move |at| (mac.bytes.clone(), times[at].clone()))
    });
    let cases = pairs.filter_map(move |(mac, time)| Some(case.with_head(form.write(&head, &mac, time.as_deref())?)));
    cases.filter(|case| case.judge().is_ok())
}

/// The signature is in a header of another name.
pub(super) fn renamed(case: &Case) -> Trials<'_> {
    match case.judge() {
        Err(rejection) if rejection.kind() == RejectionKind::MissingSignature => {}
        _ => return none(),
    }
    let Some(form) = Form::of(&case.scheme) else {
        return none();
    };
    let times = match form.time {
        TimeIn::Signature => time::in_head(case).into_iter().map(Some).collect(),
        _ => vec![None],
    };
    let (head, form) = (Rc::new(with_id(&case.head, &form)), Rc::new(form));
    let mut left = macs::MAX_OF_HEAD;
    // Made for one header at a time: a stranger may have sent thousands.
    let affordable = case.head.headers.iter().take_while(|_| !case.budget.is_spent());
    Box::new(affordable.flat_map(move |(name, value)| {
        let mut found = macs::find(value.as_bytes(), |length| length == form.length);
        found.truncate(left);
        left -= found.len();
        let mut times = times.clone();
        if form.time == TimeIn::Signature {
            times.extend(time::in_text(value.as_bytes(), &found).into_iter().map(Some));
        }
        let change = at_receiver(rename(name, &form.header));
        let cases = written(case.clone(), Rc::clone(&head), Rc::clone(&form), found, times.into());
        cases.map(move |case| Trial::new(change.clone(), case))
    }))
}

/// The secret is that of another endpoint.
pub(super) fn other_endpoint(case: &Case) -> Trials<'_> {
    let trials = case.others.iter().map(|secret| {
        let change = format!("verify with the secret in {}", secret.place());
        Trial::new(at_receiver(change), case.with_secrets([secret.clone()]))
    });
    Box::new(trials)
}

/// The known schemes with a signature that can read the head, and their headers.
pub(super) fn readable(case: &Case) -> impl Iterator<Item = (&'static str, HeaderName)> {
    let schemes = KNOWN.iter().map(|known| (known.name, known.chosen().scheme));
    let signing = schemes.filter(|(_, scheme)| scheme.kind() != Kind::Token);
    let readable = signing.filter(|(_, scheme)| scheme.judge(Head::from(&*case.head)).is_ok());
    readable.filter_map(|(name, scheme)| Some((name, scheme.signature_header()?.clone())))
}

/// A known scheme; for the URL of the case, if it signs that and there is one.
fn scheme_of(known: &Known, case: &Case) -> Arc<dyn AnyScheme> {
    let chosen = known.chosen();
    let uri = case.url();
    let url = if uri.authority().is_some() {
        Some(uri.clone())
    } else {
        url::absolute(&case.head)
    };
    let for_url = chosen
        .for_url
        .zip(url)
        .and_then(|(make, url)| make(&url.to_string()).ok());
    for_url.unwrap_or(chosen.scheme)
}

fn instruction(known: &Known, scheme: &Arc<dyn AnyScheme>) -> String {
    let place = match scheme.signature_header() {
        Some(header) => format!("header is `{header}`"),
        None => "signature is in the body".to_owned(),
    };
    format!("verify it with `--scheme {}`, whose {place}", known.name)
}

fn rename(from: &HeaderName, to: &HeaderName) -> String {
    format!("pass on the header `{from}` under its own name, `{to}`")
}

/// The secrets in the form that a scheme takes: as they are and, if the other scheme decodes where this one does not,
/// with the same key.
fn for_scheme(case: &Case, scheme: &dyn AnyScheme) -> Vec<SecretText> {
    let mut secrets = case.secrets.to_vec();
    if scheme.kind() != case.scheme.kind() {
        let keys = secret_key::keys(case);
        let texts = keys
            .iter()
            .filter_map(|key| secret_key::text_of(scheme, key, key.expose()));
        let is_new = |text: &SecretText| !case.secrets.iter().any(|held| held.expose() == text.expose());
        secrets.extend(texts.filter(is_new));
    }
    secrets
}

/// The head with the header of the id, taken from another one whose name ends so.
fn with_id(head: &Parts, form: &Form) -> Parts {
    let mut head = head.clone();
    if let Some(name) = &form.id
        && !head.headers.contains_key(name)
    {
        let mut ids = head.headers.iter().filter(|(name, _)| name.as_str().ends_with("id"));
        if let Some((_, id)) = ids.next() {
            let id = id.clone();
            head.headers.insert(name, id);
        }
    }
    head
}
