import { Type } from 'typebox';
import { WireText as Text } from './common.ts';

export const CreateGatewayAppBody = Type.Object({
  name: Type.String({ description: '1 to 64 letters, digits, _ and -; starts with a letter.' }),
  description: Text('At most 255 characters.'),
  app_key: Text('With app_secret: those of another gateway, so that clients stay as they are. 8 to 128 characters.'),
  app_secret: Text('16 to 128 visible characters.'),
});

const Fields = {
  id: Type.String(),
  name: Type.String(),
  description: Type.String(),
  app_key: Type.String({ description: 'Names the app in signatures.' }),
  created_time: Type.String({ description: 'RFC 3339.' }),
  last_updated_time: Type.String({ description: 'RFC 3339.' }),
};

export const GatewayAppList = Type.Object({ apps: Type.Array(Type.Object(Fields)) });

export const GatewayAppWithSecrets = Type.Object({
  ...Fields,
  app_secret: Type.String({ description: 'Shown this once; signs requests as an access key does.' }),
  app_code: Type.String({ description: 'Shown this once; for the header X-Apig-AppCode.' }),
});

export const GatewayAppDetail = Type.Object({
  ...Fields,
  triggers: Type.Array(
    Type.Object({
      trigger_id: Type.String(),
      name: Type.String(),
      func_urn: Type.String(),
      auth: Type.String({ description: 'APP while the binding has an effect.' }),
    }),
  ),
});
