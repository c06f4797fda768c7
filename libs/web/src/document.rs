//! The OpenAPI document: what all operations have in common is written here, once.

use crate::{Accepted, Created, Problem, path_parameters, roles, terms};
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

/// The answer of every operation to a caller who asks too often.
const TOO_MANY: &str = "TooManyRequests";

/// Serves the document at `/v1/openapi.json`, for everyone. Only its text is kept: the document takes twenty times as much.
pub fn openapi<S: Clone + Send + Sync + 'static>(api: OpenApi) -> Router<S> {
    let mut text = api.to_json().unwrap_or_default();
    drop(api);
    // Shared by all who are sent it.
    text.shrink_to_fit();
    let text = Bytes::from(text);
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

/// Adds what the guard asks of every operation: the token, a role, the key, the version seen.
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
                roles::describe(operation);
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
    components.schemas.insert("Problem".into(), problem_schema().into());
    components.responses.insert("Problem".into(), problem().build().into());
    components.responses.insert(TOO_MANY.into(), too_many().into());
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    crate::ranges::describe(api);
}

fn reference(name: &str) -> String {
    format!("\"#/components/schemas/{name}\"")
}

/// Declares and describes every parameter of the path, also one that a handler does not read, as often the region.
fn name_all(path: &str, operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let description = path_parameters::description(name).map(ToOwned::to_owned);
        let declared = parameters.iter_mut().find_map(|it| match it {
            RefOr::T(it) if it.name == name => Some(it),
            _ => None,
        });
        if let Some(declared) = declared {
            declared.description = declared.description.take().or(description);
        } else {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
            let schema = if name == "region" { RegionId::schema() } else { Object::with_type(Type::String).into() };
            parameters.insert(0, parameter.description(description).schema(Some(schema)).build().into());
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
        let key = "A key of the caller's choice: a request that is repeated with it has one effect and the same answer (idempotentiesleutel).";
        parameters.push(header_parameter("Idempotency-Key", key, is_post).into());
        let seen =
            "The ETag of the version that the caller saw; any other version is refused with 412 (gezien versienummer).";
        parameters.push(header_parameter("If-Match", seen, false).into());
    }
    let position = "The positions that the answer must include, such as `hotspots=123` (minimale positie).";
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
            "The client sent too many requests in this region, or its address did without a token (te veel verzoeken).",
        )
        .header("Retry-After", header("The seconds until the next request goes through."))
        .header(
            "RateLimit",
            header("The rest of the quota, such as `\"client\";r=99;t=1`: r requests now, and the whole quota in t seconds."),
        )
        .header(
            "RateLimit-Policy",
            header("The quota, such as `\"client\";q=1000;w=10`: q requests at once, which come back in w seconds."),
        )
        .build()
}

fn problem_schema() -> Object {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some("The HTTP status, the same as that of the answer."))
        .build();
    let field = ObjectBuilder::new()
        .property(
            "pointer",
            text("The field: a JSON pointer into the body, `?name` in the query, `{name}` in the path, or a header."),
        )
        .property("message", text("The error in that field, in the language of Accept-Language (nl or en)."))
        .required("pointer")
        .required("message");
    let more = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some("The number of further fields with an error that are not listed; absent when all are."))
        .build();
    ObjectBuilder::new()
        .property("type", text("The stable type of the problem: `/problems/<code>`."))
        .property("title", text("The kind of problem, for people to read."))
        .property("status", number)
        .property("detail", text("The explanation, in the language of Accept-Language (nl or en)."))
        .property("instance", text("The id of the trace, to name in a question about this answer."))
        .property("errors", utoipa::openapi::schema::ArrayBuilder::new().items(field.build()).build())
        .property("more", more)
        .required("type")
        .required("title")
        .required("status")
        .examples([json!({
            "type": "/problems/session-full", "title": "The rules say no", "status": 409,
            "detail": "The session is full.", "instance": "0af7651916cd43dd8448eb211c80319c",
        })])
        .build()
}

/// An answer that is a problem.
pub(crate) fn problem() -> ResponseBuilder {
    let schema = Ref::new("#/components/schemas/Problem");
    ResponseBuilder::new()
        .description("A problem, as RFC 9457 describes it (probleem).")
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build())
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
        BTreeMap::from([("200".to_owned(), done("The command was carried out (uitgevoerd).").build().into())])
    }
}

impl IntoResponses for Created {
    fn responses() -> Responses {
        let location = HeaderBuilder::new().schema(Some(text("The address of what was created."))).build();
        let created =
            done("The command was carried out and created something (aangemaakt).").header("Location", location);
        BTreeMap::from([("201".to_owned(), created.build().into())])
    }
}

fn done(description: &str) -> ResponseBuilder {
    let number =
        |description: &str| ObjectBuilder::new().schema_type(Type::Integer).description(Some(description)).build();
    let schema = ObjectBuilder::new()
        .property("id", text("The id of what the command is about."))
        .property("version", number("The version of its stream after the command, as in the ETag."))
        .property("position", number("The position of the log after the command, as in Hub-Position."))
        .required("id")
        .required("version")
        .required("position");
    let header = |description: &str| HeaderBuilder::new().schema(Some(text(description))).build();
    ResponseBuilder::new()
        .description(description)
        .content("application/json", ContentBuilder::new().schema(Some(schema.build())).build())
        .header("ETag", header("The version after the command, for If-Match of the next one."))
        .header(
            "Hub-Position",
            header("The position of the log after the command, for Hub-Min-Position, such as `hotspots=123`."),
        )
}
