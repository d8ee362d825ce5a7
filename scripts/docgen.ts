/*
 * Writes API.md from .jsii: a table a type, with everything that a docstring says. jsii-docgen reads the assembly; its own
 * Markdown takes ten lines a prop, and what every construct inherits once for each.
 */
import { readFileSync, writeFileSync } from 'fs';
import { DocsSchema, Documentation, Language, MethodSchema, PropertySchema, TypeSchema } from 'jsii-docgen';

const INHERITED = ['toString', 'with', 'isConstruct', 'node'];

interface AnyType {
  readonly fqn: string;
  readonly displayName: string;
  readonly docs: DocsSchema;
  readonly initializer?: { readonly usage: string };
  readonly properties?: PropertySchema[];
  readonly constants?: PropertySchema[];
  readonly staticMethods?: MethodSchema[];
  readonly instanceMethods?: MethodSchema[];
  readonly members?: { readonly displayName: string; readonly docs: DocsSchema }[];
}

const cell = (text: string) => text.replace(/\s*\n\s*/g, ' ').replace(/\|/g, '\\|');
const table = (header: string[], rows: string[][]) =>
  rows.length === 0 ? [] : ['', ...[header, header.map(() => '---'), ...rows].map(row => `| ${row.map(cell).join(' | ')} |`)];
const example = (code?: string) => code === undefined ? [] : ['', '```ts', code.trim(), '```'];
const own = <T extends { readonly displayName: string }>(items: T[] = []) => items.filter(({ displayName }) => !INHERITED.includes(displayName));

function prose({ summary, remarks, links, deprecated, deprecationReason }: DocsSchema): string {
  const see = links?.length ? `See ${links.join(', ')}` : undefined;
  return [deprecated ? `Deprecated: ${deprecationReason}` : undefined, summary, remarks, see].filter(Boolean).join('\n');
}

interface Place { readonly filename: string; readonly line: number }

interface AssembledType {
  readonly locationInModule: Place;
  readonly properties?: { readonly name: string; readonly locationInModule: Place }[];
  readonly interfaces?: string[];
  readonly base?: string;
}

const { types: assembled }: { types: { readonly [fqn: string]: AssembledType } } = JSON.parse(readFileSync('.jsii', 'utf8'));

/** Names of a type's properties in order of declaration, its own before those that it inherits. */
function declared(fqn: string): string[] {
  if (assembled[fqn] === undefined) return [];
  const { properties = [], interfaces = [], base, locationInModule: { filename } } = assembled[fqn];
  const rank = ({ locationInModule: place }: { readonly locationInModule: Place }) => (place.filename === filename ? 0 : 1e6) + place.line;
  return [
    ...[...properties].sort((one, other) => rank(one) - rank(other)).map(({ name }) => name),
    ...[...interfaces, ...(base === undefined ? [] : [base])].flatMap(declared),
  ];
}

/** The properties that must be given, and then the others. */
function requiredFirst({ fqn, properties }: AnyType): PropertySchema[] {
  const order = declared(fqn);
  const rank = ({ optional, displayName }: PropertySchema) => (optional ? order.length : 0) + order.indexOf(displayName);
  return own(properties).sort((a, b) => rank(a) - rank(b));
}

type Nested = Partial<TypeSchema> & { readonly name?: string; readonly fqn?: string; readonly displayName?: string };

function typeOf({ name, formattingPattern, types, fqn, displayName }: Nested): string {
  return formattingPattern === undefined || types === undefined
    ? displayName ?? name ?? formattingPattern ?? fqn ?? 'any'
    : types.reduce<string>((text, inner) => text.replace('%', typeOf(inner as Nested)), formattingPattern);
}

/** The call alone, without the line that imports its class. */
const call = (usage = '') => usage.split('\n').filter(line => line !== '' && !line.startsWith('import ')).join(' ');

function section(type: AnyType): string[] {
  const methods = [...own(type.staticMethods), ...own(type.instanceMethods)];
  return [
    '', `### ${type.displayName}`, '', prose(type.docs),
    ...example(type.docs.example),
    ...type.initializer ? ['', `\`${call(type.initializer.usage)}\``] : [],
    ...table(['method', ''], methods.map(({ usage, docs, parameters }) => [
      `\`${call(usage).replace(/^public /, '')}\``,
      [prose(docs), ...parameters.filter(parameter => parameter.docs.summary).map(({ displayName, docs: of }) => `\`${displayName}\`: ${prose(of)}`)].join('\n'),
    ])),
    ...table(['property', 'type', 'default', ''], [...type.constants ?? [], ...requiredFirst(type)].map(property => [
      `\`${property.displayName}${property.optional ? '?' : ''}\``, `\`${typeOf(property.type)}\``, (property.default ?? '').replace(/^- /, ''), prose(property.docs),
    ])),
    ...table(['member', ''], (type.members ?? []).map(({ displayName, docs }) => [`\`${displayName}\``, prose(docs)])),
  ];
}

async function main() {
  const documentation = await Documentation.forProject(process.cwd());
  const { content } = await documentation.toJson({ language: Language.TYPESCRIPT, allSubmodules: false });
  const { constructs, classes, structs, interfaces, enums } = content.apiReference!;
  const chapters: [string, readonly unknown[]][] = [
    ['Constructs', constructs], ['Classes', classes], ['Interfaces', interfaces], ['Structs', structs], ['Enums', enums],
  ];
  const text = chapters.flatMap(([title, types]) => ['', `## ${title}`, ...(types as AnyType[]).flatMap(section)]);
  writeFileSync('API.md', `# API\n${text.join('\n')}\n`);
  await documentation.cleanup();
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
