import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipped } from '../functions.ts';
import { compileJar } from '../java-code.ts';
import { ROOT } from '../server.ts';

/** Each run of a request appends its number to a file of its instance before it does anything else. */
const NODE = `
const { openSync, writeSync } = require('node:fs');
const file = openSync('/mnt/ran/node-' + require('node:crypto').randomUUID(), 'a');
exports.handler = async (event) => {
  const { n, kill } = event.queryStringParameters;
  writeSync(file, n + '\\n');
  if (kill) process.kill(process.pid, 'SIGKILL');
  return { statusCode: 200, body: n };
};`;
const PYTHON = `
import os, signal, uuid
file = os.open('/mnt/ran/python-' + uuid.uuid4().hex, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

def handler(event, context):
    query = event['queryStringParameters']
    os.write(file, (query['n'] + '\\n').encode())
    if query.get('kill'):
        os.kill(os.getpid(), signal.SIGKILL)
    return {'statusCode': 200, 'body': query['n']}
`;
const JAVA = `
package soak;

import java.io.FileOutputStream;
import java.util.HashMap;
import java.util.Map;

public class Crowd {
  private final FileOutputStream file;

  public Crowd() throws Exception {
    file = new FileOutputStream("/mnt/ran/java-" + java.util.UUID.randomUUID(), true);
  }

  public Map<String, Object> handle(Map<String, Object> event) throws Exception {
    Map<?, ?> query = (Map<?, ?>) event.get("queryStringParameters");
    file.write((query.get("n") + "\\n").getBytes());
    if (query.get("kill") != null) Runtime.getRuntime().halt(1);
    Map<String, Object> answer = new HashMap<>();
    answer.put("statusCode", 200);
    answer.put("body", query.get("n"));
    return answer;
  }
}`;
const GO = `
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"syscall"
	"time"

	"huaweicloud.com/go-runtime/go-api/context"
	"huaweicloud.com/go-runtime/pkg/runtime"
)

func main() {
	name := fmt.Sprintf("/mnt/ran/go-%d-%d", time.Now().UnixNano(), os.Getpid())
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY|os.O_EXCL, 0o644)
	if err != nil {
		panic(err)
	}
	runtime.Register(func(payload []byte, ctx context.RuntimeContext) (interface{}, error) {
		var event struct {
			Query map[string]string \`json:"queryStringParameters"\`
		}
		if err := json.Unmarshal(payload, &event); err != nil {
			return nil, err
		}
		if _, err := file.WriteString(event.Query["n"] + "\\n"); err != nil {
			return nil, err
		}
		if event.Query["kill"] != "" {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return map[string]interface{}{"statusCode": 200, "body": event.Query["n"]}, nil
	})
}
`;

export interface CrowdFunction {
  readonly family: 'Node.js' | 'Python' | 'Java' | 'Go';
  readonly handler: string;
  readonly codeType: 'zip' | 'jar';
  /** In Base64. */
  readonly code: string;
}

/** Needs a JDK and a Go compiler. */
export function crowdFunctions(): readonly CrowdFunction[] {
  const script = { handler: 'index.handler', codeType: 'zip' } as const;
  return [
    { ...script, family: 'Node.js', code: zipped({ 'index.js': NODE }) },
    { ...script, family: 'Python', code: zipped({ 'index.py': PYTHON }) },
    {
      family: 'Java',
      handler: 'soak.Crowd.handle',
      codeType: 'jar',
      code: compileJar({ 'soak/Crowd.java': JAVA }).toString('base64'),
    },
    { family: 'Go', handler: 'crowd', codeType: 'zip', code: zipped({ crowd: compileGo() }) },
  ];
}

function compileGo(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'funcgraph-soak-go-'));
  const library = join(ROOT, 'packages/runtimes/go-api');
  try {
    writeFileSync(join(folder, 'main.go'), GO);
    writeFileSync(
      join(folder, 'go.mod'),
      `module crowd\n\ngo 1.20\n\nrequire huaweicloud.com/go-runtime v0.0.0\n\nreplace huaweicloud.com/go-runtime => ${library}\n`,
    );
    const settings = { HOME: homedir(), GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };
    execFileSync('go', ['build', '-trimpath', '-o', 'crowd', '.'], {
      cwd: folder,
      env: { ...process.env, ...settings },
      stdio: 'pipe',
    });
    return readFileSync(join(folder, 'crowd'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
