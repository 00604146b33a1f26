package com.huawei.services.runtime.entity.apig;

import com.huawei.services.runtime.entity.Printable;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** What a gateway makes an HTTP response of. */
public class APIGTriggerResponse extends Printable {
    private String body;
    private Map<String, String> headers;
    private int statusCode;
    private boolean isBase64Encoded;

    public APIGTriggerResponse() {
        this(200, null, "");
    }

    public APIGTriggerResponse(int statusCode, Map<String, String> headers, String body) {
        this(statusCode, headers, false, body);
    }

    public APIGTriggerResponse(int statusCode, Map<String, String> headers, boolean isBase64Encoded, String body) {
        this.statusCode = statusCode;
        this.headers = headers;
        this.isBase64Encoded = isBase64Encoded;
        this.body = body;
    }

    public String getBody() {
        return body;
    }

    public void setBody(String body) {
        this.body = body;
    }

    public Map<String, String> getHeaders() {
        return headers;
    }

    public void setHeaders(Map<String, String> headers) {
        this.headers = headers;
    }

    public int getStatusCode() {
        return statusCode;
    }

    public void setStatusCode(int statusCode) {
        this.statusCode = statusCode;
    }

    public boolean isBase64Encoded() {
        return isBase64Encoded;
    }

    public void setBase64Encoded(boolean base64Encoded) {
        isBase64Encoded = base64Encoded;
    }

    /** Encodes the body as the gateway wants it with `isBase64Encoded`, which this does not set. */
    public void setBase64EncodedBody(String plain) throws UnsupportedEncodingException {
        body = Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    public void addHeader(String name, String value) {
        if (headers == null) headers = new HashMap<String, String>();
        headers.put(name, value);
    }

    public void addHeaders(Map<String, String> more) {
        for (Map.Entry<String, String> header : more.entrySet()) addHeader(header.getKey(), header.getValue());
    }

    public void removeHeader(String name) {
        if (headers != null) headers.remove(name);
    }
}
