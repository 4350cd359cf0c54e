/**
 * The part of JSON Schema (draft 2020-12) that tool inputs use. A misspelled keyword does not compile. Neither does a new one
 * until it is added here, where its effect on the type must be decided.
 */
export interface InputSchema {
  readonly type: "object";
  readonly additionalProperties: false;
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, FieldSchema>>;
}

type FieldSchema = (InputSchema | ListSchema | TextSchema | IntegerSchema | FlagSchema) & {
  readonly description?: string;
};

interface ListSchema {
  readonly type: "array";
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items: FieldSchema;
}

interface TextSchema {
  readonly type: "string";
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

interface IntegerSchema {
  readonly type: "integer";
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

interface FlagSchema {
  readonly type: "boolean";
}

/** The type of the values that a schema allows, for a schema declared `as const`. */
export type InputOf<Schema> = Schema extends InputSchema
  ? Fields<Schema["properties"], Schema["required"][number]>
  : Schema extends ListSchema
    ? InputOf<Schema["items"]>[]
    : Schema extends { readonly enum: readonly (infer Choice)[] }
      ? Choice
      : Schema extends TextSchema
        ? string
        : Schema extends IntegerSchema
          ? number
          : Schema extends FlagSchema
            ? boolean
            : never;

/** Flattened, so that an editor shows fields instead of an intersection. */
type Fields<Properties, Required> = Flat<
  {
    -readonly [Name in keyof Properties as Name extends Required ? Name : never]: InputOf<Properties[Name]>;
  } & {
    -readonly [Name in keyof Properties as Name extends Required ? never : Name]?: InputOf<Properties[Name]>;
  }
>;

type Flat<Type> = { [Name in keyof Type]: Type[Name] };
