import { type Static, Type } from 'typebox';

const Name = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description });

const DeployedResource = Type.Object({
  kind: Name(32, 'function, trigger, flow, topic and so on.'),
  name: Name(256, 'Its name; of a part of a function, such as a trigger, function/name.'),
  id: Type.Optional(
    Type.String({ maxLength: 512, description: 'What the server calls it; absent until it has been made.' }),
  ),
  notes: Type.Optional(
    Type.Record(Type.String({ minLength: 1, maxLength: 32 }), Type.String({ maxLength: 512 }), {
      maxProperties: 8,
      description: 'What the client needs to see a difference, such as the digest of the files of the code.',
    }),
  ),
});

export const PutDeploymentBody = Type.Object({
  revision: Type.Integer({
    minimum: 0,
    maximum: 2_147_483_646,
    description: 'Of the record that this replaces; 0 for a new one. Another one is refused with FSS.0409.',
  }),
  resources: Type.Array(DeployedResource, { maxItems: 1000 }),
});

const Place = {
  name: Type.String(),
  stage: Type.String(),
  revision: Type.Integer({ description: 'One more after each change.' }),
  modified_at: Type.String({ description: 'RFC 3339.' }),
};

export const Deployment = Type.Object({ ...Place, resources: Type.Array(DeployedResource) });
export type Deployment = Static<typeof Deployment>;

export const DeploymentList = Type.Object({ deployments: Type.Array(Type.Object(Place)) });
