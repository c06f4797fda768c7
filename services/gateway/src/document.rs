//! One OpenAPI document of everything, and pages that show it.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use http::{HeaderValue, header};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// The documents of all services as one.
#[must_use]
pub fn merged<'a>(own: OpenApi, services: impl IntoIterator<Item = &'a OpenApi>) -> OpenApi {
    let mut document = own;
    for service in services {
        document.merge(service.clone());
    }
    web::titled(document, "Regiohub", "1.0.0")
}

/// `/docs`: the document, to read and to try.
pub fn pages() -> Router {
    let pages: Router = SwaggerUi::new("/docs").config(Config::from("/v1/openapi.json")).into();
    pages.layer(middleware::from_fn(own_scripts))
}

/// The pages load their own scripts and styles, and nothing from elsewhere.
async fn own_scripts(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    answer
}
