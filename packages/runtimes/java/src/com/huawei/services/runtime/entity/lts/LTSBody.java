package com.huawei.services.runtime.entity.lts;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Log lines, packed. */
public class LTSBody {
    private String data;

    public String getData() {
        return data;
    }

    public void setData(String data) {
        this.data = data;
    }

    /** The data without Base64; null when there is none. */
    public String getRawData() {
        return data == null ? null : new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    }
}
