/* Writes API.md from .jsii, without what every construct inherits from the constructs library. */
import { writeFileSync } from 'fs';
import { ClassSchema, Documentation, Language, MarkdownRenderer } from 'jsii-docgen';

const INHERITED = ['toString', 'with', 'isConstruct', 'node'];

function own<T extends ClassSchema>(schema: T): T {
  const kept = <U extends { readonly displayName: string }>(items: U[]) => items.filter(({ displayName }) => !INHERITED.includes(displayName));
  return {
    ...schema,
    initializer: schema.initializer && {
      ...schema.initializer,
      parameters: schema.initializer.parameters.filter(({ displayName }) => !['scope', 'id'].includes(displayName)),
    },
    instanceMethods: kept(schema.instanceMethods),
    staticMethods: kept(schema.staticMethods),
    properties: kept(schema.properties),
  };
}

async function main() {
  const documentation = await Documentation.forProject(process.cwd());
  const { content: schema } = await documentation.toJson({ language: Language.TYPESCRIPT, allSubmodules: false });
  const api = schema.apiReference!;
  const reference = {
    ...api,
    constructs: api.constructs.map(own),
    classes: api.classes.map(own),
    interfaces: api.interfaces.map(item => ({ ...item, properties: item.properties.filter(({ displayName }) => displayName !== 'node') })),
  };
  writeFileSync('API.md', MarkdownRenderer.fromSchema({ ...schema, apiReference: reference }, {}).render()
    // a property's name and type are said in its heading and list already
    .replace(/```typescript\npublic readonly .*\n```\n\n/g, '')
    .replace(/\n{3,}/g, '\n\n'));
  await documentation.cleanup();
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
