//! Signs and verifies with the crate `standardwebhooks`, and signs with `tower_webhook`. Answers each line of JSON on
//! stdin with one on stdout, for `tests/interop/run`.

use std::error::Error;
use std::io::{Write, stdin, stdout};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};
use standardwebhooks::Webhook;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::{GitHub, Knowrithm, Shopify, Slack, StandardWebhooks, Stripe};
use tower_webhook::sign::Signer;

fn main() -> Result<(), Box<dyn Error>> {
    for line in stdin().lines() {
        let answer = answer(&serde_json::from_str(&line?)?)?;
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}

fn answer(request: &Value) -> Result<Value, Box<dyn Error>> {
    let text = |name: &str| request[name].as_str().ok_or_else(|| format!("no {name}"));
    let (secret, body) = (text("secret")?, text("body")?);
    let stamp = || -> Result<_, Box<dyn Error>> {
        let timestamp = request["timestamp"].as_i64().ok_or("no timestamp")?;
        Ok((timestamp, text("id")?))
    };
    Ok(match (text("library")?, text("call")?) {
        ("standardwebhooks", "sign") => {
            let (timestamp, id) = stamp()?;
            let signature = Webhook::new(secret)?.sign(id, timestamp, body.as_bytes())?;
            json!({ "headers": {
                "webhook-id": id,
                "webhook-timestamp": timestamp.to_string(),
                "webhook-signature": signature,
            } })
        }
        ("standardwebhooks", "verify") => {
            let headers = headers(&request["headers"])?;
            match Webhook::new(secret)?.verify(body.as_bytes(), &headers) {
                Ok(()) => json!({ "verified": true }),
                Err(error) => json!({ "verified": false, "why": error.to_string() }),
            }
        }
        (scheme, "sign") => {
            let (timestamp, id) = stamp()?;
            let signer = signer(scheme, secret)?;
            let headers = signer.timestamp(timestamp).id(id).headers(body);
            let pairs = headers.iter().map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.to_string(), json!(value))
            });
            json!({ "headers": pairs.collect::<Map<_, _>>() })
        }
        (library, call) => return Err(format!("cannot {call} with {library}").into()),
    })
}

fn signer(scheme: &str, secret: &str) -> Result<Signer, Box<dyn Error>> {
    let raw = || SigningSecret::new(secret);
    Ok(match scheme {
        "knowrithm" => Signer::new(Knowrithm, &raw()?),
        "github" => Signer::new(GitHub, &raw()?),
        "stripe" => Signer::new(Stripe, &raw()?),
        "slack" => Signer::new(Slack, &raw()?),
        "shopify" => Signer::new(Shopify, &raw()?),
        "standard_webhooks" => Signer::new(StandardWebhooks::new(), &SigningSecret::from_whsec(secret)?),
        other => return Err(format!("no scheme {other}").into()),
    })
}

fn headers(pairs: &Value) -> Result<HeaderMap, Box<dyn Error>> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs.as_object().ok_or("no headers")? {
        let value = HeaderValue::from_str(value.as_str().ok_or("a header is no text")?)?;
        headers.append(name.parse::<HeaderName>()?, value);
    }
    Ok(headers)
}
