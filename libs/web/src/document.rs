//! The OpenAPI document: what all operations have in common is written here, once.

use crate::{Accepted, Created, Problem, terms};
use axum::{Router, body::Bytes, response::IntoResponse, routing::get};
use http::header;
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, PartialSchema,
    openapi::{
        Components, ContentBuilder, HeaderBuilder, Object, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, Required,
        Response, ResponseBuilder, Type,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use vocabulary::RegionId;

/// What every operation may answer to whoever asks too often.
const TOO_MANY: &str = "TooManyRequests";

/// Serves the document at `/v1/openapi.json`, for everyone.
pub fn openapi<S: Clone + Send + Sync + 'static>(api: &OpenApi) -> Router<S> {
    // Shared by all who are sent it.
    let text = Bytes::from(api.to_json().unwrap_or_default());
    let answer = move || {
        let text = text.clone();
        async move { ([(header::CONTENT_TYPE, "application/json")], text).into_response() }
    };
    Router::new().route("/v1/openapi.json", get(answer))
}

/// Names the document.
#[must_use]
pub fn titled(mut api: OpenApi, title: &str, version: &str) -> OpenApi {
    api.info.title = title.to_owned();
    api.info.version = version.to_owned();
    api.info.description = Some("The event-sourced hub of Sterk Techniekonderwijs regions.".to_owned());
    api.info.contact = None;
    let mut licence = utoipa::openapi::License::new("EUPL-1.2");
    licence.identifier = Some("EUPL-1.2".to_owned());
    api.info.license = Some(licence);
    api
}

/// What the routes of a router promise once the guard stands before them.
#[must_use]
pub fn promised<S: Clone + Send + Sync + 'static>(router: utoipa_axum::router::OpenApiRouter<S>) -> OpenApi {
    let mut api = router.split_for_parts().1;
    complete(&mut api);
    api
}

/// Adds what the guard asks of every operation: the token, the key, the version seen.
pub(crate) fn complete(api: &mut OpenApi) {
    for item in api.paths.paths.values_mut() {
        let PathItem { get, put, post, delete, patch, .. } = item;
        for (operation, is_post, is_command) in
            [(get, false, false), (put, false, true), (post, true, true), (delete, false, true), (patch, false, true)]
        {
            if let Some(operation) = operation {
                let too_many = Ref::new(format!("#/components/responses/{TOO_MANY}"));
                operation.responses.responses.insert("429".into(), RefOr::Ref(too_many));
                complete_one(operation, is_post, is_command);
            }
        }
    }
    for (path, item) in &mut api.paths.paths {
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch] {
            operation.iter_mut().for_each(|operation| name_all(path, operation));
        }
    }
    let text = api.to_json().unwrap_or_default();
    let components = api.components.get_or_insert_with(Components::new);
    for (name, schema) in terms::all().into_iter().filter(|(name, _)| text.contains(&reference(name))) {
        components.schemas.entry(name).or_insert(schema);
    }
    components.responses.insert("Problem".into(), problem().build().into());
    components.responses.insert(TOO_MANY.into(), too_many().into());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    crate::ranges::describe(api);
}

fn reference(name: &str) -> String {
    format!("\"#/components/schemas/{name}\"")
}

/// Names what stands in the path also when a handler does not read it, as the region often is not.
fn name_all(path: &str, operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let named = parameters.iter().any(|it| matches!(it, RefOr::T(it) if it.name == name));
        if !named {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
            let schema = if name == "region" { RegionId::schema() } else { Object::with_type(Type::String).into() };
            parameters.insert(0, parameter.schema(Some(schema)).build().into());
        }
    }
}

/// Schemas that the document refers to and does not hold: a test fails while there are any.
#[must_use]
pub fn dangling(api: &OpenApi) -> Vec<String> {
    let text = api.to_json().unwrap_or_default();
    let held = |name: &str| api.components.as_ref().is_some_and(|all| all.schemas.contains_key(name));
    let named = text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next());
    let mut missing: Vec<String> = named.filter(|name| !held(name)).map(ToOwned::to_owned).collect();
    missing.sort();
    missing.dedup();
    missing
}

fn complete_one(operation: &mut Operation, is_post: bool, is_command: bool) {
    if operation.operation_id.as_deref().is_some_and(|id| access::PUBLIC.contains(&id)) {
        return;
    }
    operation.security = Some(vec![SecurityRequirement::new("bearer", [] as [&str; 0])]);
    let parameters = operation.parameters.get_or_insert_default();
    if is_command {
        let key =
            "A key of your own: asking again with it does nothing twice and answers the same (idempotentiesleutel).";
        parameters.push(header_parameter("Idempotency-Key", key, is_post).into());
        let seen = "The version you saw, as its ETag; another one is refused with 412 (gezien versienummer).";
        parameters.push(header_parameter("If-Match", seen, false).into());
    }
    let position = "Answer only when the hub is this far, such as `hotspots=123` (minimale positie).";
    parameters.push(header_parameter("Hub-Min-Position", position, false).into());
}

fn header_parameter(name: &str, description: &str, required: bool) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(if required { Required::True } else { Required::False })
        .description(Some(description))
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

fn text(description: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description)).build()
}

fn too_many() -> Response {
    let header = |description: &str| HeaderBuilder::new().schema(Some(text(description))).build();
    problem()
        .description(
            "Too many requests of this client in this region, or without a token of this address (te veel verzoeken).",
        )
        .header("Retry-After", header("The seconds until the next request goes through."))
        .header(
            "RateLimit",
            header("What is left, such as `\"client\";r=99;t=1`: r requests, and the whole quota in t seconds."),
        )
        .header(
            "RateLimit-Policy",
            header("The quota, such as `\"client\";q=1000;w=10`: q requests at once, which come back in w seconds."),
        )
        .build()
}

fn problem() -> ResponseBuilder {
    let number = ObjectBuilder::new().schema_type(Type::Integer).description(Some("The HTTP status.")).build();
    let field = ObjectBuilder::new()
        .property(
            "pointer",
            text("A JSON pointer into the body, `?name` in the query, `{name}` in the path, or a header."),
        )
        .property("message", text("What is wrong there."))
        .required("pointer")
        .required("message");
    let more = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some("How many more fields are not right than are told; absent when all are told."))
        .build();
    let schema = ObjectBuilder::new()
        .property("type", text("Stable: `/problems/<code>`."))
        .property("title", text("What kind of problem."))
        .property("status", number)
        .property("detail", text("What is wrong, in the language of Accept-Language (nl or en)."))
        .property("instance", text("The trace to name when asking about it."))
        .property("errors", utoipa::openapi::schema::ArrayBuilder::new().items(field.build()).build())
        .property("more", more)
        .required("type")
        .required("title")
        .required("status")
        .examples([json!({
            "type": "/problems/session-full", "title": "The rules say no", "status": 409,
            "detail": "The session is full.", "instance": "0af7651916cd43dd8448eb211c80319c",
        })]);
    ResponseBuilder::new()
        .description("What is wrong (probleem), RFC 9457.")
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema.build())).build())
}

type Responses = BTreeMap<String, RefOr<Response>>;

impl IntoResponses for Problem {
    fn responses() -> Responses {
        let problem = || RefOr::Ref(Ref::new("#/components/responses/Problem"));
        BTreeMap::from([("4XX".to_owned(), problem()), ("5XX".to_owned(), problem())])
    }
}

impl IntoResponses for Accepted {
    fn responses() -> Responses {
        BTreeMap::from([("200".to_owned(), done("It is done (uitgevoerd).").build().into())])
    }
}

impl IntoResponses for Created {
    fn responses() -> Responses {
        let location = HeaderBuilder::new().schema(Some(text("Where it is."))).build();
        let created = done("It was made (aangemaakt).").header("Location", location);
        BTreeMap::from([("201".to_owned(), created.build().into())])
    }
}

fn done(description: &str) -> ResponseBuilder {
    let number =
        |description: &str| ObjectBuilder::new().schema_type(Type::Integer).description(Some(description)).build();
    let schema = ObjectBuilder::new()
        .property("id", text("What it is about."))
        .property("version", number("Its version, as in the ETag."))
        .property("position", number("Where the log stands, as in Hub-Position."))
        .required("id")
        .required("version")
        .required("position");
    let header = |description: &str| HeaderBuilder::new().schema(Some(text(description))).build();
    ResponseBuilder::new()
        .description(description)
        .content("application/json", ContentBuilder::new().schema(Some(schema.build())).build())
        .header("ETag", header("The version, for If-Match."))
        .header("Hub-Position", header("Where the log stands, for Hub-Min-Position, such as `hotspots=123`."))
}
