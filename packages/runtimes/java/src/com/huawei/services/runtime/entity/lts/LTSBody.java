package com.huawei.services.runtime.entity.lts;

import com.huawei.services.runtime.entity.Printable;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Log lines, packed. */
public class LTSBody extends Printable {
    private String data;

    public String getData() {
        return data;
    }

    public void setData(String data) {
        this.data = data;
    }

    /** The data without Base64; null when there is none. The exception is part of the signature that user code was compiled with. */
    public String getRawData() throws UnsupportedEncodingException {
        return data == null ? null : new String(Base64.getMimeDecoder().decode(data), StandardCharsets.UTF_8);
    }
}
