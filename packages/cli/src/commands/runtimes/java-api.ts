import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError, defineCommand, flag, makeFolders } from '../../framework/index.ts';

const JAR = fileURLToPath(new URL('../../../../runtimes/java/build/api.jar', import.meta.url));
const GROUP = 'org.funcgraph';
const ARTIFACT = 'java-api';
const VERSION = '1.0.0';

const POM = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>${GROUP}</groupId>
  <artifactId>${ARTIFACT}</artifactId>
  <version>${VERSION}</version>
</project>
`;

export const javaApi = defineCommand({
  name: 'runtimes java-api',
  summary: 'Write the classes that Java functions are compiled against, as a Maven repository',
  flags: { out: flag.text('DIR', 'folder of the repository; made if it is missing', { fallback: 'lib' }) },
  args: [],
  examples: ['fgs runtimes java-api', 'javac -cp "$(fgs runtimes java-api --out lib --field jar)" -d out src/*.java'],
  async run({ flags }, context) {
    if (!existsSync(JAR)) {
      throw new CliError('this installation has no Java classes', {
        hint: 'they are built where a JDK is: install default-jdk-headless, then npm run build',
      });
    }
    const repository = resolve(context.cwd, flags.out);
    const folder = join(repository, ...GROUP.split('.'), ARTIFACT, VERSION);
    const name = join(folder, `${ARTIFACT}-${VERSION}`);
    await makeFolders(folder);
    await copyFile(JAR, `${name}.jar`);
    await writeFile(`${name}.pom`, POM);
    return {
      kind: 'message',
      text: `${GROUP}:${ARTIFACT}:${VERSION} is in ${name}.jar`,
      data: { jar: `${name}.jar`, repository, group: GROUP, artifact: ARTIFACT, version: VERSION },
    };
  },
});
