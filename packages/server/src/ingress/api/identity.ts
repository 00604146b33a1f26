import type { Iam } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import { type Handlers, Reply } from '../http/handler.ts';

export function identityHandlers(iam: Iam): Handlers<'createToken' | 'listProjects' | 'listAuthDomains'> {
  return {
    async createToken(request) {
      const { identity, scope } = request.body.auth;
      const login = identity.password?.user;
      if (login === undefined || !identity.methods.includes('password')) {
        throw new PlatformError('invalid_request', 'auth.identity must use the method password and name a user');
      }
      const { project } = scope ?? {};
      const issued = await iam.logins.withPassword({ user: login.name, password: login.password, scope: { project } });
      const domain = { id: issued.domain.id, name: issued.domain.name };
      const token = {
        methods: ['password'],
        issued_at: new Date(issued.issuedAt).toISOString(),
        expires_at: new Date(issued.expiresAt).toISOString(),
        user: { id: issued.user.id, name: issued.user.name, domain },
        project: { id: issued.project?.id ?? '', name: issued.project?.name ?? '', domain },
        roles: [{ id: 'te_admin', name: 'te_admin' }],
        catalog: [],
      };
      return new Reply({ token }, { status: 201, headers: { 'X-Subject-Token': issued.token } });
    },

    async listProjects(request) {
      const { name } = request.query;
      const projects = iam.projectsOf(request.caller).filter((p) => name === undefined || p.name === name);
      return {
        projects: projects.map((p) => ({ id: p.id, name: p.name, domain_id: p.domainId, enabled: true })),
        links: {},
      };
    },

    async listAuthDomains(request) {
      const domain = iam.domainOf(request.caller);
      return { domains: domain === undefined ? [] : [{ id: domain.id, name: domain.name, enabled: true }], links: {} };
    },
  };
}
