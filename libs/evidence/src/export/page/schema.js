// Holds an event against the JSON Schema of its type: the keywords that the hub's schemas use, and no others.

const KINDS = {
  null: (value) => value === null, boolean: (value) => typeof value === "boolean", string: (value) => typeof value === "string",
  integer: Number.isInteger, number: Number.isFinite, array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

const FORMATS = {
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.slice(0, 10) === text,
  "date-time": (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
};

const patterns = new Map();
function fits(pattern, text) {
  if (!patterns.has(pattern)) patterns.set(pattern, new RegExp(pattern, "u"));
  return patterns.get(pattern).test(text);
}

// The first place that the schema refuses, as a JSON pointer; null when it refuses none.
function refused(schema, value, at = "") {
  if (typeof schema === "boolean") return schema ? null : at;
  const { type, oneOf, anyOf, minimum, maximum, pattern, format, minLength, maxLength, maxItems, items, properties, required, additionalProperties } = schema;
  if (type !== undefined && ![type].flat().some((kind) => KINDS[kind](value))) return at;
  if ("const" in schema && schema.const !== value) return at;
  for (const [forms, only] of [[oneOf, true], [anyOf, false]]) {
    const fit = forms?.filter((form) => refused(form, value) === null).length;
    if (forms && (only ? fit !== 1 : fit === 0)) return at;
  }
  if (KINDS.number(value)) return value < (minimum ?? value) || value > (maximum ?? value) ? at : null;
  if (KINDS.string(value)) {
    const length = minLength !== undefined || maxLength !== undefined ? [...value].length : 0;
    if (length < (minLength ?? length) || length > (maxLength ?? length)) return at;
    return (pattern !== undefined && !fits(pattern, value)) || (FORMATS[format] && !FORMATS[format](value)) ? at : null;
  }
  if (KINDS.array(value)) {
    if (value.length > (maxItems ?? value.length)) return at;
    return first(value.map((item, index) => [items ?? true, item, `${at}/${index}`]));
  }
  if (!KINDS.object(value)) return null;
  if (required?.some((name) => !Object.hasOwn(value, name))) return at;
  const below = (name) => (Object.hasOwn(properties ?? {}, name) ? properties[name] : additionalProperties ?? true);
  return first(Object.entries(value).map(([name, own]) => [below(name), own, `${at}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`]));
}

function first(parts) {
  for (const [schema, value, at] of parts) {
    const place = refused(schema, value, at);
    if (place !== null) return place;
  }
  return null;
}
