//! What of a person is sealed, and under which name it is opened again: `<event type>#<field>`.

/// Field names of a pupil's registration.
pub const REGISTERED: Fields = Fields {
    name: "nl.sterktechniekonderwijs.consortium.pupil-registered.v1#name",
    birth_date: "nl.sterktechniekonderwijs.consortium.pupil-registered.v1#birthDate",
    guardian_name: "nl.sterktechniekonderwijs.consortium.pupil-registered.v1#guardianName",
    guardian_email: "nl.sterktechniekonderwijs.consortium.pupil-registered.v1#guardianEmail",
};

/// Field names of a pupil's correction.
pub const CORRECTED: Fields = Fields {
    name: "nl.sterktechniekonderwijs.consortium.pupil-corrected.v1#name",
    birth_date: "nl.sterktechniekonderwijs.consortium.pupil-corrected.v1#birthDate",
    guardian_name: "nl.sterktechniekonderwijs.consortium.pupil-corrected.v1#guardianName",
    guardian_email: "nl.sterktechniekonderwijs.consortium.pupil-corrected.v1#guardianEmail",
};

/// Where the sealed parts of a pupil stand.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    /// Opens to JSON with `given` and `family`.
    pub name: &'static str,
    /// Opens to a date.
    pub birth_date: &'static str,
    /// Opens to text.
    pub guardian_name: &'static str,
    /// Opens to an address for mail.
    pub guardian_email: &'static str,
}

/// A member of staff's name.
pub const STAFF_NAME: &str = "nl.sterktechniekonderwijs.consortium.staff-registered.v1#name";
/// A member of staff's address for mail.
pub const STAFF_EMAIL: &str = "nl.sterktechniekonderwijs.consortium.staff-registered.v1#email";
/// A company contact's name.
pub const CONTACT_NAME: &str = "nl.sterktechniekonderwijs.consortium.contact-registered.v1#name";
/// A company contact's address for mail.
pub const CONTACT_EMAIL: &str = "nl.sterktechniekonderwijs.consortium.contact-registered.v1#email";
/// A company contact's telephone number.
pub const CONTACT_PHONE: &str = "nl.sterktechniekonderwijs.consortium.contact-registered.v1#phone";

/// A name as it is sealed.
#[must_use]
pub fn name(given: &str, family: &str) -> String {
    serde_json::json!({ "given": given, "family": family }).to_string()
}
