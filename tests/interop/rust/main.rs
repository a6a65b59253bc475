//! Signs and verifies with the crate `standardwebhooks`, and with every scheme of `tower_webhook`. Answers each line of
//! JSON on stdin with one on stdout, for `tests/interop/run`.

mod schemes;

use std::error::Error;
use std::io::{Write, stdin, stdout};

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use serde_json::{Map, Value, json};
use standardwebhooks::Webhook;
use tower_webhook::sign::Signer;
use tower_webhook::{Secret, Verifier, scheme::SigningScheme};

use self::schemes::FromText;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    for line in stdin().lines() {
        let call: Value = serde_json::from_str(&line?)?;
        let answer = match text(&call, "library")? {
            "standardwebhooks" => standard_webhooks(&call)?,
            name => schemes::answer(name, &call)?,
        };
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}

fn standard_webhooks(call: &Value) -> Result<Value> {
    let (webhook, body) = (Webhook::new(text(call, "secret")?)?, text(call, "body")?);
    Ok(match text(call, "call")? {
        "sign" => {
            let (timestamp, id) = (timestamp(call)?, text(call, "id")?);
            json!({ "headers": {
                "webhook-id": id,
                "webhook-timestamp": timestamp.to_string(),
                "webhook-signature": webhook.sign(id, timestamp, body.as_bytes())?,
            } })
        }
        "verify" => match webhook.verify(body.as_bytes(), &headers(call)?) {
            Ok(()) => json!({ "verified": true }),
            Err(error) => json!({ "verified": false, "why": error.to_string() }),
        },
        call => return Err(format!("cannot {call} with standardwebhooks").into()),
    })
}

/// Signs or verifies with a scheme.
fn with<S>(scheme: S, call: &Value) -> Result<Value>
where
    S: SigningScheme,
    S::Secret: FromText,
    <S::Secret as Secret>::SigningKey: FromText,
{
    let (secret, body) = (text(call, "secret")?, text(call, "body")?);
    let mut request = Request::post(text(call, "url")?).body(body)?;
    *request.headers_mut() = headers(call)?;
    Ok(match text(call, "call")? {
        "sign" => {
            let signer = Signer::new(scheme, &FromText::from_text(secret)?);
            let signer = signer.timestamp(timestamp(call)?).id(text(call, "id")?);
            let sent = signer.sign_body(request)?;
            let pairs = sent.headers().iter().map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.to_string(), json!(value))
            });
            json!({ "headers": pairs.collect::<Map<_, _>>(), "body": std::str::from_utf8(sent.body())? })
        }
        "verify" => match Verifier::new(scheme, S::Secret::from_text(secret)?).verify(&request, body.to_owned()) {
            Ok(_) => json!({ "verified": true }),
            Err(rejection) => json!({ "verified": false, "why": rejection.code() }),
        },
        call => return Err(format!("cannot {call} with a scheme").into()),
    })
}

fn text<'a>(call: &'a Value, name: &str) -> Result<&'a str> {
    Ok(call[name].as_str().ok_or_else(|| format!("no {name}"))?)
}

fn timestamp(call: &Value) -> Result<i64> {
    Ok(call["timestamp"].as_i64().ok_or("no timestamp")?)
}

fn headers(call: &Value) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in call["headers"].as_object().into_iter().flatten() {
        let value = HeaderValue::from_str(value.as_str().ok_or("a header is no text")?)?;
        headers.append(name.parse::<HeaderName>()?, value);
    }
    Ok(headers)
}
