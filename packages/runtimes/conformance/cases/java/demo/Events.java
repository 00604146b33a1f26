package demo;

import com.huawei.services.runtime.Context;
import com.huawei.services.runtime.entity.apig.APIGTriggerEvent;
import com.huawei.services.runtime.entity.apig.APIGTriggerResponse;
import com.huawei.services.runtime.entity.dis.DISTriggerEvent;
import com.huawei.services.runtime.entity.kafka.KafkaTriggerEvent;
import com.huawei.services.runtime.entity.lts.LTSTriggerEvent;
import com.huawei.services.runtime.entity.s3obs.S3TriggerEvent;
import com.huawei.services.runtime.entity.smn.SMNTriggerEvent;
import com.huawei.services.runtime.entity.timer.TimerTriggerEvent;
import java.io.UnsupportedEncodingException;
import java.util.HashMap;
import java.util.Map;

/** Events as the SDK's classes show them. */
public class Events {
    public APIGTriggerResponse apig(APIGTriggerEvent event, Context context) throws UnsupportedEncodingException {
        Map<String, String> headers = new HashMap<String, String>();
        headers.put("Content-Type", "text/plain");
        String text = event.getHttpMethod() + " " + event.getPath() + " " + event.getRequestContext().getRequestId() + " " + event.getRawBody();
        return new APIGTriggerResponse(201, headers, text);
    }

    public String timer(TimerTriggerEvent event) {
        return event.getTriggerName() + event.getUserEvent();
    }

    public String dis(DISTriggerEvent event) throws UnsupportedEncodingException {
        return event.getShardID() + event.getMessage().getRecords()[0].getRawData();
    }

    public String smn(SMNTriggerEvent event) {
        return event.getRecord()[0].getSmn().getMessage();
    }

    public String lts(LTSTriggerEvent event) throws UnsupportedEncodingException {
        return event.getLts().getRawData();
    }

    public String kafka(KafkaTriggerEvent event) {
        return event.getInstanceId() + event.getRecords()[0].getMessages()[0];
    }

    public String s3(S3TriggerEvent event) {
        return event.getRecords()[0].getS3().getBucket().getName() + event.getRecords()[0].getS3().getObject().getSize();
    }
}
