//! PagerDuty's scheme.

use http::header::HeaderName;

use super::{HmacScheme, Separator, provider};

static SCHEME: HmacScheme = HmacScheme::new("pagerduty", HeaderName::from_static("x-pagerduty-signature"))
    .prefix("v1=")
    .list(Separator::Comma);

/// PagerDuty's scheme.
///
/// **Sends** exactly one `X-PagerDuty-Signature: v1=<64 lower-case hex digits>`, with an entry for each secret while
/// they are rotated, separated by commas. Entries of other versions are ignored.
///
/// **Specified** in <https://docs.pagerduty.com/developer/verifying-webhook-signatures>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the subscription's secret as UTF-8 bytes. The secret looks like
/// base64, and is not decoded.
///
/// The example is from `webhookv3/webhookv3_test.go` of <https://github.com/PagerDuty/go-pagerduty>:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::PagerDuty;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     "x-pagerduty-signature",
///     "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd".parse()?,
/// );
/// let body = concat!(
///     r#"{"event":{"id":"01BWDWL3NYY7LUFPZCC28QUCMK","event_type":"incident.priority_updated","#,
///     r#""resource_type":"incident","occurred_at":"2021-04-26T17:36:27.458Z","#,
///     r#""agent":{"html_url":"https://acme.pagerduty.com/users/PLH1HKV","id":"PLH1HKV","#,
///     r#""self":"https://api.pagerduty.com/users/PLH1HKV","summary":"Tenex Engineer","#,
///     r#""type":"user_reference"},"client":null,"data":{"id":"PGR0VU2","type":"incident","#,
///     r#""self":"https://api.pagerduty.com/incidents/PGR0VU2","#,
///     r#""html_url":"https://acme.pagerduty.com/incidents/PGR0VU2","number":2,"status":"triggered","#,
///     r#""title":"A little bump in the road","#,
///     r#""service":{"html_url":"https://acme.pagerduty.com/services/PF9KMXH","id":"PF9KMXH","#,
///     r#""self":"https://api.pagerduty.com/services/PF9KMXH","summary":"API Service","#,
///     r#""type":"service_reference"},"assignees":[{"html_url":"https://acme.pagerduty.com/users/PTUXL6G","#,
///     r#""id":"PTUXL6G","self":"https://api.pagerduty.com/users/PTUXL6G","summary":"User 123","#,
///     r#""type":"user_reference"}],"#,
///     r#""escalation_policy":{"html_url":"https://acme.pagerduty.com/escalation_policies/PUS0KTE","#,
///     r#""id":"PUS0KTE","self":"https://api.pagerduty.com/escalation_policies/PUS0KTE","summary":"Default","#,
///     r#""type":"escalation_policy_reference"},"#,
///     r#""teams":[{"html_url":"https://acme.pagerduty.com/teams/PFCVPS0","id":"PFCVPS0","#,
///     r#""self":"https://api.pagerduty.com/teams/PFCVPS0","summary":"Engineering","type":"team_reference"}],"#,
///     r#""priority":{"html_url":"https://acme.pagerduty.com/account/incident_priorities","id":"PSO75BM","#,
///     r#""self":"https://api.pagerduty.com/priorities/PSO75BM","summary":"P1","type":"priority_reference"},"#,
///     r#""urgency":"high","conference_bridge":{"conference_number":1000,"#,
///     r#""conference_url":"https://example.com"},"resolve_reason":null}}}"#,
/// );
/// let secret = SigningSecret::new("lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK")?;
/// let verifier = Verifier::new(PagerDuty, secret);
/// assert!(verifier.verify(&headers, body).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct PagerDuty;

provider!(PagerDuty: HmacScheme = SCHEME);
