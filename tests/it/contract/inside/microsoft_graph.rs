//! Microsoft Graph's token, in each notification.

use tower_webhook::RejectionKind::{MissingSignature, SignatureMismatch};

use super::super::provider::Provider;
use super::Row;

pub(super) const CHANGES: &str = r#"{"value":[{"subscriptionId":"7f105c7d-2dc5-4530-97cd-4e7ae6534c07","clientState":"","resource":"a"},
    {"changeType":"created"} , {}]}"#;

pub(super) fn rows() -> Vec<Row> {
    let of = Provider::MicrosoftGraph;
    let state = |text: &str| format!(r#"{{"clientState":"{text}"}}"#);
    let row =
        |name, states: &[String], wanted| Row::new(of, name, format!(r#"{{"value":[{}]}}"#, states.join(",")), wanted);
    let right = state("whsec_cHJpbWFyeSBzZWNyZXQgb2YgdGhlIHRlc3Rz");
    let escaped = state(r"\u0077hsec_cHJpbWFyeSBzZWNyZXQgb2YgdGhlIHRlc3Rz");
    let upper = state("WHSEC_CHJPBWFYESBZZWNYZXQGB2YGDGHLIHRLC3RZ");
    let all = vec![right.clone(); 1025];
    vec![
        row("one notification", std::slice::from_ref(&right), Ok("primary")),
        row("an escape", std::slice::from_ref(&escaped), Ok("primary")),
        row("an escape in one of two", &[right.clone(), escaped], Ok("primary")),
        row("as many as are read", &all[1..], Ok("primary")),
        row("more than are read", &all, Err(MissingSignature)),
        row("none", &[], Err(MissingSignature)),
        row("another case", std::slice::from_ref(&upper), Err(SignatureMismatch)),
        row(
            "another one in the second",
            &[right.clone(), upper],
            Err(MissingSignature),
        ),
        row(
            "none in the second",
            &[right.clone(), "{}".to_owned()],
            Err(MissingSignature),
        ),
        row(
            "null in the second",
            &[right.clone(), r#"{"clientState":null}"#.to_owned()],
            Err(MissingSignature),
        ),
        row("no object", &[right, "1".to_owned()], Err(MissingSignature)),
    ]
}
