//! Telegram's scheme.

use http::header::HeaderName;

use super::{TokenScheme, provider};

static SCHEME: TokenScheme = TokenScheme::new("telegram", HeaderName::from_static("x-telegram-bot-api-secret-token"));

/// The secret token of a Telegram bot. It signs nothing: [`Token`](crate::Token) says what that means.
///
/// **Sends** exactly one `X-Telegram-Bot-Api-Secret-Token`, which is the `secret_token` that was given to `setWebhook`.
///
/// **Specified** in <https://core.telegram.org/bots/api#setwebhook>.
///
/// The bytes of the body identify the [delivery](crate::VerifiedBody::delivery_key). The `update_id` in it is a number
/// of one bot: another bot under the same verifier may have the same one. A receiver of one bot, or with an
/// [owner](crate::Secrets::owner) for each, recognises a repeated update by it:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Telegram;
/// use tower_webhook::{DeliveryIdentity, Token, Verifier};
///
/// let verifier = Verifier::new(Telegram, Token::new("tk_4f1d")?)
///     .delivery_identity(DeliveryIdentity::json_pointer("/update_id"));
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-telegram-bot-api-secret-token", "tk_4f1d".parse()?);
/// let key = |body: &'static str| verifier.verify(&headers, body).map(|verified| verified.delivery_key());
/// assert_eq!(key(r#"{"update_id": 7}"#)?, key(r#"{"update_id":7}"#)?);
/// assert_ne!(key(r#"{"update_id": 7}"#)?, key(r#"{"update_id": 8}"#)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The token, and a wrong one:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Telegram;
/// use tower_webhook::{Token, Verifier};
///
/// let verifier = Verifier::new(Telegram, Token::new("tk_4f1d")?);
/// let mut headers = HeaderMap::new();
/// headers.insert("x-telegram-bot-api-secret-token", "tk_4f1d".parse()?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// headers.insert("x-telegram-bot-api-secret-token", "tk_4f1e".parse()?);
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err().code(), "signature_mismatch");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Telegram;

provider!(Telegram: TokenScheme = SCHEME);
